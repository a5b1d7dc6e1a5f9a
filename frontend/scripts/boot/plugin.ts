import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin, Rollup } from "vite";
import RENAMED_ZONES from "../../src/lib/time/renamedZones.json" with { type: "json" };

type Page = {
  /** Source of a regular expression that matches the page's path. */
  path: string;
  /** The file of its route, whose code is preloaded. */
  route: string;
  /** API paths that its loader requests; `$1` is the captured group of `path`, `$weekend` the bounds of the weekend. */
  data: string[];
};

type Words = { [key: string]: string | Words };

const SOURCE = new URL("./boot.js", import.meta.url);

/**
 * Preloads the most visited pages before the entry runs (boot.js), and inlines texts and styles into index.html, so
 * that the first paint needs one response instead of two.
 */
export function boot(pages: Page[], texts: Record<string, URL>): Plugin {
  return {
    name: "boot",
    enforce: "post",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle }) {
        const said = html.replace(/%(\w+):([\w.]+)%/g, (_, feature, key) => wordsOf(texts[feature], key));
        if (!bundle) return said;
        const chunks = Object.values(bundle).filter((file) => file.type === "chunk");
        const source = readFileSync(SOURCE, "utf8")
          .replace("PAGES = []", `PAGES = ${JSON.stringify(pages.map((page) => planOf(page, chunks)))}`)
          .replace("OTHER_ROUTES = []", `OTHER_ROUTES = ${JSON.stringify(filesOf("/routes.gen.ts", chunks))}`)
          .replace("RENAMED_ZONES = {}", `RENAMED_ZONES = ${JSON.stringify(RENAMED_ZONES)}`);
        const hash = createHash("sha256").update(source).digest("hex").slice(0, 8);
        const fileName = `assets/boot-${hash}.js`;
        (this as unknown as Rollup.PluginContext).emitFile({ type: "asset", fileName, source });
        return {
          html: withStyles(said, bundle),
          tags: [
            {
              tag: "script",
              attrs: { async: true, src: `/${fileName}` },
              injectTo: "head",
            },
          ],
        };
      },
    },
  };
}

const STYLESHEET = /<link rel="stylesheet"[^>]* href="\/([^"]+)">/g;

function withStyles(html: string, bundle: Rollup.OutputBundle): string {
  return html.replace(STYLESHEET, (_, name) => {
    const file = bundle[name];
    if (file?.type !== "asset") throw new Error(`the build has no ${name}`);
    return `<style>${String(file.source).replaceAll("</", "<\\/")}</style>`;
  });
}

function planOf({ path, route, data }: Page, chunks: Rollup.OutputChunk[]) {
  return { path, files: filesOf(`/${route}?`, chunks), data };
}

/** The files that a module needs in addition to the entry. */
function filesOf(module: string, chunks: Rollup.OutputChunk[]): string[] {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const entry = chunks.find(({ isEntry }) => isEntry);
  const own = chunks.find(({ moduleIds }) => moduleIds.some((id) => id.includes(module)));
  if (!entry || !own) throw new Error(`no chunk has ${module}`);
  const there = withImports(byName, entry.fileName);
  return [...withImports(byName, own.fileName)].filter((file) => !there.has(file)).map((file) => `/${file}`);
}

function withImports(chunks: Map<string, Rollup.OutputChunk>, name: string, found = new Set<string>()) {
  if (found.has(name)) return found;
  found.add(name);
  for (const imported of chunks.get(name)?.imports ?? []) withImports(chunks, imported, found);
  return found;
}

function wordsOf(file: URL | undefined, key: string): string {
  if (!file) throw new Error(`index.html asks for words of an unknown file: ${key}`);
  let words: string | Words | undefined = JSON.parse(readFileSync(file, "utf8")) as Words;
  for (const part of key.split(".")) words = typeof words === "object" ? words[part] : undefined;
  if (typeof words !== "string") throw new Error(`there are no words for ${key}`);
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
