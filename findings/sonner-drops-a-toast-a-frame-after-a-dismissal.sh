#!/usr/bin/env bash
# What is surprising: sonner takes two frames to dismiss a toast, whether it is there or not. A toast with the same id that is
#   made in the same frame stays, since sonner looks for that case; made one frame later, it is removed at once. Two frames
#   later it stays again.
# Whom it hurts: code that clears a notice, fetches something and then shows the notice again: `toast.dismiss(id); await …;
#   toast(text, { id })`. Whether the person sees it depends on how long the fetch took, to 16 milliseconds.
# What we do: a notice is dismissed only where no other follows (zoneNotice.ts): the same id replaces it anyhow.
# Versions: sonner 2.0.8, react 19.3.1, Chromium 153 (@sparticuz/chromium 153.0.0), puppeteer-core 25.16.0, esbuild 0.28.2.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
node_packages sonner@2.0.8 react@19.3.1 react-dom@19.3.1 @sparticuz/chromium@153.0.0 puppeteer-core@25.16.0 esbuild@0.28.2
cd "$NODE_FOLDER"

cat >run.mjs <<'JS'
import chromium from "@sparticuz/chromium";
import { build } from "esbuild";
import puppeteer from "puppeteer-core";

const application = `
  import { createRoot } from "react-dom/client";
  import { Toaster, toast } from "sonner";
  createRoot(document.getElementById("root")).render(<><h1>page</h1><Toaster duration={Infinity} /></>);
  window.toast = toast;`;
const bundle = await build({
  stdin: { contents: application, loader: "jsx", resolveDir: process.cwd() },
  bundle: true, write: false, jsx: "automatic", define: { "process.env.NODE_ENV": '"production"' },
});
const browser = await puppeteer.launch({
  executablePath: await chromium.executablePath(),
  args: [...chromium.args, "--no-sandbox"],
  headless: "shell",
});
console.log(await browser.version());

const shown = [];
for (const frames of [0, 1, 2]) {
  const page = await browser.newPage();
  await page.setContent("<div id=root></div>");
  await page.addScriptTag({ content: bundle.outputFiles[0].text });
  await page.waitForSelector("h1");
  shown.push(await page.evaluate(async (count) => {
    window.toast.dismiss("notice");
    for (let frame = 0; frame < count; frame++) await new Promise(requestAnimationFrame);
    window.toast("Times are shown in Havana", { id: "notice" });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    return document.querySelectorAll("[data-sonner-toast]").length;
  }, frames));
  console.log(`made ${frames} frames after the dismissal: ${shown.at(-1)} toasts are shown two seconds later`);
  await page.close();
}
await browser.close();
if (shown.join() !== "1,0,1") {
  console.error("Changed: other toasts are shown");
  process.exit(1);
}
JS
node run.mjs
echo "As described."
