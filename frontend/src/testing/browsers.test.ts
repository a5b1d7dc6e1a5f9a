import { describe, expect, it } from "vitest";
import { featuresOfCode, featuresOfStyles } from "../../scripts/features.mjs";

describe("what the oldest browsers lack", () => {
  it.each([
    ["[2, 1].toSorted()", ".toSorted()"],
    ["URL.canParse(text)", "URL.canParse"],
    ["AbortSignal.any([one, other])", "AbortSignal.any"],
    ["Object.groupBy(all, keyOf)", "Object.groupBy"],
    ["Promise.withResolvers()", "Promise.withResolvers"],
    ["new Intl.DurationFormat()", "Intl.DurationFormat"],
    ["/(?<=a)b/.test(text)", "lookbehind"],
  ])("is found in code: %s", (code, feature) => {
    expect([...featuresOfCode(code)]).toContain(feature);
  });

  it("is not found in code that they run", () => {
    expect([...featuresOfCode("list.at(-1); structuredClone(list); AbortSignal.timeout(5)")]).toEqual([]);
  });

  it.each([
    ["a { color: light-dark(red, blue) }", "light-dark("],
    ["a { color: oklch(0 0 0) }", "oklch("],
    ["a:has(b) { color: red }", ":has"],
    ["@starting-style { a { color: red } }", "@starting-style"],
  ])("is found in styles: %s", (css, feature) => {
    expect(featuresOfStyles(css)).toEqual([feature]);
  });

  it("is not found in styles that are guarded", () => {
    expect(
      featuresOfStyles("a { color: red } @supports (color: oklch(0 0 0)) { a { color: oklch(0 0 0) } }"),
    ).toEqual([]);
  });
});
