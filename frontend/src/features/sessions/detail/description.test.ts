import { describe, expect, it } from "vitest";
import { toParagraphs, toPieces } from "./description";

describe("a description", () => {
  it("has a paragraph for each block and keeps its lines", () => {
    expect(toParagraphs("One\nline two\n\n \nThree\n")).toEqual([
      [[{ text: "One" }], [{ text: "line two" }]],
      [[{ text: "Three" }]],
    ]);
  });

  it("is not parsed as HTML", () => {
    expect(toPieces('<img src=x onerror="alert(1)">')).toEqual([{ text: '<img src=x onerror="alert(1)">' }]);
  });
});

describe("an address in a line", () => {
  it("becomes a link without trailing punctuation", () => {
    expect(toPieces("See https://example.org/a?b=1. Then (http://example.org/x_(y)), come!")).toEqual([
      { text: "See " },
      { text: "https://example.org/a?b=1", href: "https://example.org/a?b=1" },
      { text: ". Then (" },
      { text: "http://example.org/x_(y)", href: "http://example.org/x_(y)" },
      { text: "), come!" },
    ]);
  });

  it("is not a link with another protocol or with credentials", () => {
    for (const line of [
      "javascript:alert(1)",
      "data:text/html,x",
      "https://bank.example@evil.example/",
      "http://x",
    ]) {
      expect(toPieces(line).every(({ href }) => href === undefined)).toBe(true);
    }
  });
});
