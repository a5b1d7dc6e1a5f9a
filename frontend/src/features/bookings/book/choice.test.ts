import { expect, it } from "vitest";
import { validateChoice } from "./choice";

it("a choice comes back from the address as it was", () => {
  const choice = { at: "2026-12-03T13:00:00Z", seats: 2 };
  expect(validateChoice(choice)).toEqual(choice);
});

it("what is no start, no number of seats and no booking is left out", () => {
  expect(validateChoice({ at: "tomorrow", seats: "many", booked: "../admin" })).toEqual({});
  expect(validateChoice({ at: "2026-13-40T99:00:00Z", seats: 1 })).toEqual({});
});
