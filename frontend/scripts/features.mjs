// What a program or a style sheet needs that the oldest browsers of package.json do not have, by the data of MDN.
import { readFileSync } from "node:fs";
import { parseAst } from "rolldown/parseAst";

const read = (file) => JSON.parse(readFileSync(new URL(file, import.meta.url), "utf8"));
const bcd = read("../node_modules/@mdn/browser-compat-data/data.json");
const oldest = read("../package.json").browserslist.map((browser) => browser.split(" "));
const NAMES = { ios_saf: "safari_ios" };

/** Methods of our own objects and of libraries that have the name of a new one of browsers. */
const OWN = [
  "build",
  "check",
  "createContext",
  "destroy",
  "detect",
  "fallback",
  "fetch",
  "handle",
  "isActive",
  "override",
  "run",
  "s",
  "subscribe",
  "token",
  "use",
  "watch",
  "when",
];

function isKnown({ support }) {
  return oldest.every(([browser, version]) => {
    const entries = [support[NAMES[browser] ?? browser]].flat();
    return entries.some(
      (entry) =>
        entry &&
        !entry.flags &&
        !entry.prefix &&
        !entry.alternative_name &&
        typeof entry.version_added === "string" &&
        isAtMost(entry.version_added.replace("≤", ""), version) &&
        !(entry.version_removed && isAtMost(entry.version_removed, version)),
    );
  });
}

function isAtMost(one, other) {
  const [parts, bound] = [one, other].map((version) => version.split(".").map(Number));
  const at = [0, 1].find((index) => (parts[index] ?? 0) !== (bound[index] ?? 0));
  return at === undefined || (parts[at] ?? 0) < (bound[at] ?? 0);
}

// a method is named without its object, so only names that are new everywhere count; attributes are too often our own words
const [newMethods, oldNames, statics] = [new Set(), new Set(), new Set()];
const { builtins } = bcd.javascript;
for (const group of [builtins, builtins.Intl, bcd.api]) {
  for (const [owner, members] of Object.entries(group)) {
    if (owner === "__compat") continue;
    if (members.__compat && !isKnown(members.__compat)) statics.add(owner);
    for (const [name, { __compat: compat }] of Object.entries(members)) {
      if (!compat) continue;
      const plain = name.replace(/_static$/, "");
      if (isKnown(compat)) oldNames.add(plain);
      else {
        newMethods.add(plain);
        statics.add(`${owner}.${plain}`);
      }
    }
  }
}
const unknownMethods = new Set([...newMethods].filter((name) => !oldNames.has(name) && !OWN.includes(name)));

function* nodesOf(node) {
  if (Array.isArray(node)) for (const each of node) yield* nodesOf(each);
  else if (node && typeof node.type === "string") {
    yield node;
    for (const value of Object.values(node)) if (value && typeof value === "object") yield* nodesOf(value);
  }
}

/** Yields methods, statics and constructors. Options of a function ({ signal }) cannot be seen here. */
export function* featuresOfCode(source) {
  for (const node of nodesOf(parseAst(source))) {
    if (node.type === "MemberExpression" && !node.computed) {
      const name = `${node.object.name}.${node.property.name}`;
      if (statics.has(name)) yield name;
    } else if (node.type === "CallExpression" && node.callee.type === "MemberExpression") {
      const { name } = node.callee.property;
      if (!node.callee.computed && unknownMethods.has(name)) yield `.${name}()`;
    } else if (node.type === "NewExpression" && statics.has(node.callee.name))
      yield `new ${node.callee.name}`;
    else if (node.type === "Literal" && node.regex) {
      if (/\(\?<[=!]/.test(node.regex.pattern)) yield "lookbehind";
      if (node.regex.flags.includes("v")) yield "regular expression with the flag v";
    }
  }
}

/** Names of functions, pseudo-classes and at-rules in the data, with whether all browsers know them. */
function namesOfStyles() {
  const names = new Map();
  const add = (name, { __compat: compat }) => compat && names.set(name, names.get(name) || isKnown(compat));
  for (const [name, rule] of Object.entries(bcd.css["at-rules"])) add(`@${name}`, rule);
  for (const [name, selector] of Object.entries(bcd.css.selectors)) add(`:${name}`, selector);
  for (const [type, members] of Object.entries(bcd.css.types)) {
    add(`${type}(`, members);
    for (const [name, member] of Object.entries(members)) if (name !== "__compat") add(`${name}(`, member);
  }
  return names;
}

/** The styles without what stands in `@supports`, which old browsers skip. */
function unguarded(css) {
  let [kept, rest] = ["", css];
  for (let at = rest.indexOf("@supports"); at >= 0; at = rest.indexOf("@supports")) {
    kept += rest.slice(0, at);
    let [end, depth] = [rest.indexOf("{", at), 0];
    do {
      if (rest[end] === "{") depth += 1;
      if (rest[end] === "}") depth -= 1;
      end += 1;
    } while (depth > 0);
    rest = rest.slice(end);
  }
  return kept + rest;
}

const styleNames = namesOfStyles();
/** Returns functions, pseudo-classes and at-rules, except those that `@supports` guards. */
export function featuresOfStyles(css) {
  const plain = unguarded(css).replaceAll(/"[^"]*"|\\./g, "");
  const selectors = plain.match(/[^{}]+(?=\{)/g) ?? [];
  const words = [
    ...(plain.match(/@[\w-]+|[a-z][a-z-]*\(/g) ?? []),
    ...selectors
      .filter((each) => !each.startsWith("@"))
      .flatMap((each) => each.match(/:[a-z][a-z-]*/g) ?? []),
  ];
  return words.filter((word) => styleNames.get(word) === false);
}
