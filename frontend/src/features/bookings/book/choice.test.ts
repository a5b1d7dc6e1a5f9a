import { describe, expect, it } from "vitest";
import { bookingAddress } from "./address";
import { validateChoice } from "./choice";

it("a valid choice is kept", () => {
  const choice = { at: "2026-12-03T13:00:00Z", seats: 2 };
  expect(validateChoice(choice)).toEqual(choice);
});

it("an invalid start, seat count or booking is dropped", () => {
  expect(validateChoice({ at: "tomorrow", seats: "many", booked: "../admin" })).toEqual({});
  expect(validateChoice({ at: "2026-13-40T99:00:00Z", seats: 1 })).toEqual({});
});

describe("the address to go to after signing in", () => {
  const id = "01a22a83-585d-7268-accd-d0e88954a057";
  const at = "2026-12-06T21:00:00Z";

  it("is about a booking if a time was chosen", () => {
    expect(bookingAddress(`/sessions/${id}?at=${at}`)).toEqual({ id, at, seats: 1 });
    expect(bookingAddress(`/sessions/${id}?at=${encodeURIComponent(at)}&seats=3#book`)).toEqual({
      id,
      at,
      seats: 3,
    });
  });

  it("is not about a booking otherwise", () => {
    for (const href of [
      "/",
      `/sessions/${id}`,
      `/sessions/${id}?at=soon`,
      `/creator/sessions/${id}?at=${at}`,
    ]) {
      expect(bookingAddress(href)).toBeNull();
    }
  });
});
