// Writes the limits of form fields from openapi.json. With --check, only reports whether they are stale.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const WRITTEN = fileURLToPath(new URL("../src/lib/api/limits.ts", import.meta.url));
const BOUNDS = ["minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"];
const document = JSON.parse(await readFile(new URL("../../openapi.json", import.meta.url), "utf8"));

/** Collects the limits of a schema and of its items and properties. */
function limitsOf(schema) {
  const [first] = (schema.anyOf ?? []).filter((each) => each.type !== "null" && each.maxLength !== 0);
  const found = Object.fromEntries(
    BOUNDS.filter((name) => name in schema).map((name) => [name, schema[name]]),
  );
  const each = schema.items && limitsOf(schema.items);
  const amount = (schema.anyOf ?? []).find((option) => option.type === "number");
  return {
    ...(first && !amount ? limitsOf(first) : {}),
    ...(amount ? limitsOf(amount) : {}),
    ...found,
    ...(each && Object.keys(each).length > 0 ? { each } : {}),
    ...fieldsOf(schema.properties ?? {}),
  };
}

function fieldsOf(properties) {
  const found = Object.entries(properties).map(([name, schema]) => [name, limitsOf(schema)]);
  return Object.fromEntries(found.filter(([, limits]) => Object.keys(limits).length > 0));
}

function* declarations() {
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    if (!name.endsWith("In")) continue;
    const body = name.replace(/(Changes)?In$/, "");
    // a PATCH body has the same limits as the full body
    if (name !== `${body}In` && `${body}In` in document.components.schemas) continue;
    yield [`${body[0].toLowerCase()}${body.slice(1)}Limits`, fieldsOf(schema.properties)];
  }
  for (const path of Object.values(document.paths)) {
    const { get } = path;
    const asked = (get?.parameters ?? []).filter((each) => each.in === "query");
    const name = get?.operationId.replaceAll(/_([a-z])/g, (_, letter) => letter.toUpperCase());
    if (asked.length > 0) {
      yield [`${name}Limits`, fieldsOf(Object.fromEntries(asked.map((each) => [each.name, each.schema])))];
    }
  }
}

const shown = (value) =>
  typeof value === "number"
    ? String(value)
    : `{ ${Object.entries(value)
        .map(([name, each]) => `${name}: ${shown(each)}`)
        .join(", ")} }`;
const lines = [...declarations()]
  .filter(([, limits]) => Object.keys(limits).length > 0)
  .sort(([one], [other]) => (one < other ? -1 : 1))
  .map(([name, limits]) => `export const ${name} = ${shown(limits)} as const;\n`);
const text = `// Written by \`make types\` from openapi.json: what the API asks of the fields of bodies and queries.\n${lines.join("")}`;

if (!process.argv.includes("--check")) {
  await writeFile(WRITTEN, text);
} else if ((await readFile(WRITTEN, "utf8").catch(() => "")) !== text) {
  process.stderr.write("src/lib/api/limits.ts is stale: make types\n");
  process.exitCode = 1;
}
