import { expect, it } from "vitest";
import { bandBounds, matchBand } from "./prices";

const BANDS = [
  { min_price: "0.00", max_price: "25.00", count: 3 },
  { min_price: "25.00", max_price: "50.00", count: 4 },
  { min_price: "200.00", max_price: null, count: 1 },
];

it("price bands do not overlap", () => {
  expect(BANDS.map(bandBounds)).toEqual([
    { min_price: undefined, max_price: 24.99 },
    { min_price: 25, max_price: 49.99 },
    { min_price: 200, max_price: undefined },
  ]);
});

it("price bands of a currency without decimals do not overlap", () => {
  expect(bandBounds({ min_price: "2500", max_price: "5000", count: 1 })).toEqual({
    min_price: 2500,
    max_price: 4999,
  });
});

it("a price band is recognized by its bounds", () => {
  expect(matchBand({ min_price: 25, max_price: 49.99 }, BANDS)).toBe(BANDS[1]);
  expect(matchBand({ min_price: 25, max_price: 40 }, BANDS)).toBeUndefined();
});
