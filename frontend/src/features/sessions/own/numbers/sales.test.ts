import { describe, expect, it } from "vitest";
import { chartTop } from "./sales";

describe("the top of a chart", () => {
  it("is a round number that nothing rises above", () => {
    expect([0, 1, 2, 3, 5, 7, 12, 39, 100, 450].map((value) => chartTop([value]))).toEqual([
      1, 1, 2, 4, 5, 10, 20, 40, 100, 500,
    ]);
  });

  it("is one without values", () => {
    expect(chartTop([])).toBe(1);
  });
});
