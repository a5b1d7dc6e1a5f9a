import { describe, expect, it } from "vitest";
import { countText, totalWords } from "./counts";
import type { Facets } from "./queries";

const counted = (is_bounded: boolean, ...counts: number[]): Facets => ({
  categories: [],
  tags: [],
  price_bands: counts.map((count) => ({ min_price: "0.00", max_price: null, count })),
  formats: [],
  languages: [],
  places: [],
  is_bounded,
});

describe("counts of the catalog", () => {
  it("are exact where every session was counted", () => {
    expect(totalWords(counted(false, 3, 4))).toEqual({ count: 7, number: "7" });
    expect(countText(0, counted(false))).toBe("0");
  });

  it("are lower bounds where counting ended early", () => {
    expect(totalWords(counted(true, 6000, 4000))).toEqual({ count: 10_000, number: "10000+" });
    expect(totalWords(counted(true))).toBeUndefined();
    expect(countText(0, counted(true))).toBe("");
  });
});
