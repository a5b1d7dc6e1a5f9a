#!/usr/bin/env bash
# What is surprising: `useEffect(() => element.scrollIntoView())` is in countless React applications, since the method returned
#   nothing for twenty years. New Chromium returns a promise from it. React takes what an effect returns for its cleanup, calls
#   the promise when the component goes away, and the error empties the whole page: "destroy_ is not a function".
# Whom it hurts: people on an up-to-date Chrome, in an application that did not change. Types do not tell: TypeScript's
#   scrollIntoView returns void, and an arrow without braces passes. Only leaving the component fails, not showing it.
# What we do: a test over all effects (effects.test.ts) refuses one that returns what it calls.
# Versions: react and react-dom 19.3.1, Chromium 153 (@sparticuz/chromium 153.0.0), puppeteer-core 25.16.0, esbuild 0.28.2.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
node_packages react@19.3.1 react-dom@19.3.1 @sparticuz/chromium@153.0.0 puppeteer-core@25.16.0 esbuild@0.28.2
cd "$NODE_FOLDER"

cat >run.mjs <<'JS'
import chromium from "@sparticuz/chromium";
import { build } from "esbuild";
import puppeteer from "puppeteer-core";

const application = (effect) => `
  import { useEffect, useRef, useState } from "react";
  import { createRoot } from "react-dom/client";
  function Line() {
    const line = useRef(null);
    useEffect(${effect});
    return <p ref={line}>a line</p>;
  }
  function App() {
    const [shown, show] = useState(true);
    return <><button onClick={() => show(false)}>hide</button><h1>the page</h1>{shown && <Line />}</>;
  }
  createRoot(document.getElementById("root"), { onUncaughtError: ({ message }) => { document.title = message; } }).render(<App />);`;

const browser = await puppeteer.launch({
  executablePath: await chromium.executablePath(),
  args: [...chromium.args, "--no-sandbox"],
  headless: "shell",
});
console.log(await browser.version());
const left = {};
for (const effect of ["() => line.current.scrollIntoView()", "() => { line.current.scrollIntoView(); }"]) {
  const bundle = await build({
    stdin: { contents: application(effect), loader: "jsx", resolveDir: process.cwd() },
    bundle: true, write: false, jsx: "automatic", define: { "process.env.NODE_ENV": '"production"' },
  });
  const page = await browser.newPage();
  await page.setContent("<div id=root></div>");
  await page.addScriptTag({ content: bundle.outputFiles[0].text });
  await page.waitForSelector("p");
  await page.click("button");
  await page.waitForFunction(() => !document.querySelector("p"));
  left[effect] = await page.evaluate(() => `page: "${document.body.innerText.trim()}", error: "${document.title}"`);
  console.log(`${effect}\n    after the line is hidden: ${left[effect]}`);
}
await browser.close();
const [first, second] = Object.values(left);
if (!first.startsWith('page: ""') || !second.startsWith('page: "hide')) {
  console.error("Changed: the two effects leave other pages");
  process.exit(1);
}
JS
node run.mjs
echo "As described."
