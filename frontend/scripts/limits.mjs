// Writes the limits of form fields and filters from openapi.json. With --check, only reports whether they are stale.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const FOLDER = new URL("../src/lib/api/", import.meta.url);
const BOUNDS = ["minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"];
const document = JSON.parse(await readFile(new URL("../../openapi.json", import.meta.url), "utf8"));

/** Follows a reference to the components of the document; what stands next to it is kept. `null` has no limits. */
function resolved(described) {
  const [, kind, name] = /^#\/components\/(\w+)\/(\w+)$/.exec(described.$ref ?? "") ?? [];
  if (kind) return { ...document.components[kind][name], ...described };
  const value = described.anyOf?.find((each) => each.type !== "null");
  return value ? { ...resolved(value), ...described } : described;
}

/** The limits of an amount, a text of digits: what its pattern allows. */
function amountOf(pattern) {
  const [, whole, decimals] =
    /^\^\[0-9\]\{1,(\d+)\}(?:\(\\\.\[0-9\]\{1,(\d+)\}\)\?)?\$$/.exec(pattern ?? "") ?? [];
  return whole ? { minimum: 0, maximum: Number(`${"9".repeat(whole)}.${"9".repeat(decimals ?? 0)}`) } : {};
}

/** Collects the limits of a schema and of its items and properties. */
function limitsOf(described) {
  const schema = resolved(described);
  const found = Object.fromEntries(
    BOUNDS.filter((name) => name in schema).map((name) => [name, schema[name]]),
  );
  const each = schema.items && limitsOf(schema.items);
  return {
    ...found,
    ...amountOf(schema.pattern),
    ...(each && Object.keys(each).length > 0 ? { each } : {}),
    ...fieldsOf(schema.properties ?? {}),
  };
}

function fieldsOf(properties) {
  const found = Object.entries(properties).map(([name, schema]) => [name, limitsOf(schema)]);
  return Object.fromEntries(found.filter(([, limits]) => Object.keys(limits).length > 0));
}

function* bodies() {
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    if (!name.endsWith("In")) continue;
    const body = name.replace(/(Changes)?In$/, "");
    // a PATCH body has the same limits as the full body
    if (name !== `${body}In` && `${body}In` in document.components.schemas) continue;
    yield [`${body[0].toLowerCase()}${body.slice(1)}Limits`, fieldsOf(schema.properties)];
  }
}

function* queries() {
  for (const path of Object.values(document.paths)) {
    const { get } = path;
    const asked = (get?.parameters ?? []).map(resolved).filter((each) => each.in === "query");
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
function textOf(declarations, of) {
  const lines = [...declarations]
    .filter(([, limits]) => Object.keys(limits).length > 0)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, limits]) => `export const ${name} = ${shown(limits)} as const;\n`);
  return `// Written by \`make types\` from openapi.json: what the API asks of the fields of ${of}.\n${lines.join("")}`;
}

// two modules, since every first visit loads one of them: the address of the catalog is a query
const files = { "limits.ts": textOf(bodies(), "bodies"), "queryLimits.ts": textOf(queries(), "queries") };
for (const [name, text] of Object.entries(files)) {
  const file = fileURLToPath(new URL(name, FOLDER));
  if (!process.argv.includes("--check")) {
    await writeFile(file, text);
  } else if ((await readFile(file, "utf8").catch(() => "")) !== text) {
    process.stderr.write(`src/lib/api/${name} is stale: make types\n`);
    process.exitCode = 1;
  }
}
