import { describe, expect, it } from "vitest";
import { sumOf, topOf } from "./sales";

describe("the top of a chart", () => {
  it("is a round number that nothing rises above", () => {
    expect([0, 1, 2, 3, 5, 7, 12, 39, 100, 450].map((value) => topOf([value]))).toEqual([
      1, 1, 2, 4, 5, 10, 20, 40, 100, 500,
    ]);
  });

  it("is one where there is nothing at all", () => {
    expect(topOf([])).toBe(1);
  });
});

it("amounts are added without rounding", () => {
  expect(sumOf(["0.10", "0.20", "99999999.99"])).toBe("100000000.29");
  expect(sumOf([])).toBe("0.00");
});
