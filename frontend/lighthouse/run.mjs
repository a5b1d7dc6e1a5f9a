// Runs Lighthouse (mobile) on the catalog and a session page, on the production build with demo data, and fails below
// the required scores. Usage: node run.mjs MARKETPLACE-EXECUTABLE
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const LEAST = { performance: 95, accessibility: 100, "best-practices": 100, seo: 100 };
const FLAGS =
  "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
const START = 120_000;
const TRIES = 3;

const program = process.argv[2] ?? "marketplace";
const port = process.env.MARKETPLACE_PORT ?? "8787";
const base = `http://localhost:${port}`;
const folder = await mkdtemp(join(tmpdir(), "marketplace-lighthouse-"));
const chrome = await launch({ chromeFlags: FLAGS.split(" "), chromePath: process.env.CHROME_PATH });
const server = spawn(program, ["serve", "--demo"], {
  env: {
    ...process.env,
    MARKETPLACE_PORT: port,
    MARKETPLACE_DATA_DIR: folder,
    MARKETPLACE_RATE_LIMIT: "off",
    MARKETPLACE_LOG_LEVEL: "warning",
  },
  stdio: ["ignore", "ignore", "inherit"],
});

let isGood = true;
try {
  await isReady();
  const [session] = await (await fetch(`${base}/api/sessions/?limit=1`)).json();
  for (const path of ["/", `/sessions/${session.id}`]) isGood = (await judge(path)) && isGood;
} finally {
  chrome.kill();
  server.kill("SIGTERM");
  await new Promise((resolve) => server.once("exit", resolve));
  await rm(folder, { recursive: true, force: true });
}
process.exitCode = isGood ? 0 : 1;

async function isReady() {
  for (const end = Date.now() + START; Date.now() < end; await pause(250)) {
    if (server.exitCode !== null) throw new Error("the marketplace ended before it was ready");
    const answer = await fetch(`${base}/health/ready`).catch(() => null);
    if (answer?.ok) return;
  }
  throw new Error("the marketplace was not ready in time");
}

/**
 * Whether a page reaches the required scores. Other load on the machine only lowers scores, so the best attempt counts.
 */
async function judge(path) {
  for (let count = 1; count <= TRIES; count++) if (await attempt(path)) return true;
  return false;
}

/** Prints a page's scores and failed audits. Returns whether the scores are high enough. */
async function attempt(path) {
  const { lhr, report } = await lighthouse(base + path, {
    port: chrome.port,
    output: "html",
    logLevel: "error",
  });
  const scores = Object.keys(LEAST).map((name) => [
    name,
    Math.round((lhr.categories[name].score ?? 0) * 100),
  ]);
  const isEnough = scores.every(([name, score]) => score >= LEAST[name]);
  const figures = [
    "first-contentful-paint",
    "largest-contentful-paint",
    "total-blocking-time",
    "cumulative-layout-shift",
  ]
    .map((id) => `${lhr.audits[id].title} ${lhr.audits[id].displayValue}`)
    .join(", ");
  process.stdout.write(`${path}\n  ${scores.map((score) => score.join(" ")).join(" · ")}\n  ${figures}\n`);
  if (!isEnough) {
    for (const { title, score, scoreDisplayMode } of Object.values(lhr.audits)) {
      if (score !== null && score < 0.9 && scoreDisplayMode !== "informative")
        process.stdout.write(`  - ${title}\n`);
    }
  }
  if (process.env.LIGHTHOUSE_REPORTS) {
    const file = `${path.replace(/\W+/g, "-").replace(/^-|-$/g, "") || "catalog"}.html`;
    await writeFile(join(process.env.LIGHTHOUSE_REPORTS, file), report);
  }
  return isEnough;
}
