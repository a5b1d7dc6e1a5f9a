#!/usr/bin/env bash
# What is surprising: while a sonner toast is shown, Tab does not get past it. Whenever the focus leaves the toasts, sonner puts
#   it back on the element that had it before, also when it was on its way elsewhere. A toast is usually the last stop of the
#   page, so Tab goes round in a circle of footer, toast and footer, and reaches neither the browser nor the top of the page.
# Whom it hurts: people who use a keyboard: WCAG 2.1.2 (no keyboard trap), level A. It lasts as long as the toast: seconds, or for
#   ever with `duration: Infinity`, and it makes tests by keyboard fail by chance.
# What we do: sonner does not learn that a toast has the focus, and the focus is given back only when the toast that had it
#   closes (Toasts.tsx); a browser test goes past a toast by Tab.
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
  createRoot(document.getElementById("root")).render(
    <><a href="#first" id="first">first</a><a href="#footer" id="footer">footer</a><Toaster duration={Infinity} /></>);
  window.notify = () => toast("Saved", { closeButton: true });`;
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

async function stopsOfTab(isNotified) {
  const page = await browser.newPage();
  await page.setContent("<div id=root></div>");
  await page.addScriptTag({ content: bundle.outputFiles[0].text });
  await page.waitForSelector("#first");
  if (isNotified) {
    await page.evaluate(() => window.notify());
    await page.waitForSelector("[data-sonner-toast][data-mounted=true]");
  }
  await page.focus("#first");
  const stops = [];
  for (let press = 0; press < 9; press++) {
    await page.keyboard.press("Tab");
    stops.push(await page.evaluate(() => {
      const { id, ariaLabel, tagName } = document.activeElement;
      return id || ariaLabel || (tagName === "LI" ? "toast" : tagName.toLowerCase());
    }));
  }
  return stops;
}

const without = await stopsOfTab(false);
console.log(`without a toast: ${without.join(" > ")}`);
const withToast = await stopsOfTab(true);
console.log(`with a toast:    ${withToast.join(" > ")}`);
await browser.close();
if (!without.includes("first") || withToast.includes("first") || withToast.filter((stop) => stop === "footer").length < 3) {
  console.error("Changed: Tab stops at other elements");
  process.exit(1);
}
JS
node run.mjs
echo "As described."
