// Copies the assets of the API documentation page, so that it loads nothing from other hosts.
import { copyFile, mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const swagger = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
const built = join(here, "..", "dist", "docs");

await mkdir(built, { recursive: true });
for (const file of ["swagger-ui.css", "swagger-ui-bundle.js"]) {
  await copyFile(join(swagger, file), join(built, file));
}
await copyFile(join(here, "docs.js"), join(built, "docs.js"));
