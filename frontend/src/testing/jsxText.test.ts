import { describe, expect, it } from "vitest";
import { bareTexts, textsWithoutDirection } from "./jsxText";
import { findIn, modulesWith, parse } from "./sources";

const modules = modulesWith("</");

describe("text of a page that is translated", () => {
  it("has an element of its own wherever it or something next to it changes", () => {
    expect(modules.length).toBeGreaterThan(200);
    expect(findIn(modules, bareTexts)).toEqual([]);
  });

  it.each([
    "<p>{count} seats</p>",
    "<p><Icon />{name}</p>",
    '<p>{isBusy && <Spinner />}{t("save")}</p>',
    '<p>{hasName ? "a" : "b"} <b /></p>',
    '<>{t("save")} <b /></>',
    "<p>{names.map((name) => name)}<b /></p>",
    "<button>{icon}{children}</button>",
  ])("is found: %s", (jsx) => {
    expect(bareTexts(parse(jsx))).not.toEqual([]);
  });

  it.each([
    "<p>{count}</p>",
    '<p><Icon />{t("save")}</p>',
    "<p><b>{count}</b> · <b>{other}</b></p>",
    "<p>{isBusy && <Spinner />}<b>{name}</b></p>",
    "<p>{names.map((name) => <b>{name}</b>)}<b /></p>",
    "const icon = <Icon />; <p>{icon}<b>{name}</b></p>",
  ])("is left alone: %s", (jsx) => {
    expect(bareTexts(parse(jsx))).toEqual([]);
  });
});

describe("text that people typed", () => {
  it("goes in the direction of its first letter, in every list, page and table", () => {
    expect(findIn(modules, textsWithoutDirection)).toEqual([]);
  });

  it("is found by its name", () => {
    expect(textsWithoutDirection(parse("<p>{displayName(person)}</p>"))).toHaveLength(1);
    expect(textsWithoutDirection(parse("<h3>{session?.title ?? fallback}</h3>"))).toHaveLength(1);
    expect(textsWithoutDirection(parse("<p>{isOld ? booking.terms.title : step.reason}</p>"))).toHaveLength(
      1,
    );
    expect(textsWithoutDirection(parse("<p><bdi>{displayName(person)}</bdi></p>"))).toEqual([]);
    expect(textsWithoutDirection(parse('<h3 dir="auto">{session.title}</h3>'))).toEqual([]);
  });
});
