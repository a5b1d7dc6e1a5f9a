// Fails if the build needs more than the oldest browsers of package.json have. What is used only where it is known, or
// harmless where it is not, is listed with the reason.
import { readdirSync, readFileSync } from "node:fs";
import { featuresOfCode, featuresOfStyles } from "./features.mjs";

/** Called only where they exist. */
const GUARDED = {
  ".canParse()": "zod",
  "URL.canParse": "zod",
  ".checkVisibility()": "Radix, focus in dialogs",
  ".getTransports()": "passkeys, which then have no transports",
  ".share()": "the button Share",
  ".startViewTransition()": "the router",
  ".toSorted()": "Radix, a method of its own class",
  "Error.captureStackTrace": "zod",
};

/** Rules that may be ignored where they are unknown. */
const HARMLESS = {
  ":has": "focus has another rule in styles.css, and selected options an attribute",
  ":selection": "only the colour of selected text",
  "@property": "Tailwind sets the initial values a second time",
};

const assets = new URL("../dist/assets/", import.meta.url);
const found = new Map();
for (const file of readdirSync(assets)) {
  const read = () => readFileSync(new URL(file, assets), "utf8");
  const features = file.endsWith(".js")
    ? featuresOfCode(read())
    : file.endsWith(".css")
      ? featuresOfStyles(read())
      : [];
  for (const feature of features) found.set(feature, file);
}
const refused = [...found].filter(([feature]) => !(feature in GUARDED || feature in HARMLESS));
for (const [feature, file] of refused) {
  process.stderr.write(`${feature} in ${file}: the oldest browsers of package.json do not have it\n`);
}
if (refused.length > 0) process.exit(1);
