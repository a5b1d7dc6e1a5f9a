// Prints the size of what a first visit loads before it can draw (the entry and its static imports), and fails above
// the budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = 130_000;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));
const wanted = new Set();

function collect(key) {
  if (wanted.has(key)) return;
  wanted.add(key);
  for (const imported of manifest[key].imports ?? []) collect(imported);
}

collect(Object.keys(manifest).find((key) => manifest[key].isEntry));
const sizes = [...wanted].map((key) => gzipSync(readFileSync(new URL(manifest[key].file, dist))).length);
const total = sizes.reduce((sum, size) => sum + size, 0);
process.stdout.write(`entry: ${(total / 1000).toFixed(1)} kB gzip of ${BUDGET / 1000} kB\n`);
if (total > BUDGET) process.exit(1);
