import { expect, it } from "vitest";
import { validateChoice } from "./choice";

it("a valid choice is kept", () => {
  const choice = { at: "2026-12-03T13:00:00Z", seats: 2 };
  expect(validateChoice(choice)).toEqual(choice);
});

it("an invalid start, seat count or booking is dropped", () => {
  expect(validateChoice({ at: "tomorrow", seats: "many", booked: "../admin" })).toEqual({});
  expect(validateChoice({ at: "2026-13-40T99:00:00Z", seats: 1 })).toEqual({});
});
