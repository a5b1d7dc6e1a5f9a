import { describe, expect, it } from "vitest";
import { announcedMinutes, clockOf, declineOf, type PayState, payState, pollDelay } from "./state";

type Paid = Parameters<typeof payState>[0];

const NOW = new Date("2026-12-05T10:00:00Z");
const SOON = "2026-12-05T10:15:00Z";

function booking(status: Paid["status"], pay_by: string | null, payment: string | null, last = "book"): Paid {
  return { status, pay_by, payment: payment && { status: payment }, history: [{ action: last }] } as Paid;
}

describe("paying", () => {
  it.each<[string, Paid, PayState]>([
    ["is due at first", booking("pending", SOON, "due"), "due"],
    ["is due while the provider's page is open", booking("pending", SOON, "open"), "due"],
    ["asks until the provider answers", booking("pending", SOON, "asking"), "asking"],
    [
      "expires when its time is up, before the server says so",
      booking("pending", NOW.toISOString(), "open"),
      "expired",
    ],
    ["has expired", booking("cancelled", SOON, "voided", "expire"), "expired"],
    ["is over if the hold was given up", booking("cancelled", SOON, null, "cancel"), "over"],
    ["is over if the request was declined", booking("cancelled", null, "voided", "decline"), "over"],
    [
      "is over if a request expired without an answer",
      booking("cancelled", null, "voided", "expire"),
      "over",
    ],
    ["is a request while the amount is held", booking("pending", null, "authorized"), "requested"],
    ["is done", booking("confirmed", null, "paid"), "booked"],
    ["is due for seats that were added since", booking("confirmed", SOON, "due"), "due"],
    ["asks for the page of added seats", booking("confirmed", SOON, "asking"), "asking"],
    ["stays done without the added seats", booking("confirmed", NOW.toISOString(), "open"), "booked"],
    ["is done after the session", booking("completed", null, "paid"), "booked"],
  ])("%s", (_, given, expected) => {
    expect(payState(given, NOW)).toBe(expected);
  });

  it("is asked after less and less often, until nothing is expected", () => {
    expect([0, 1, 2, 5, 8, 50].map((count) => pollDelay("due", count))).toEqual([
      1000, 1000, 2000, 8000, 30_000, 30_000,
    ]);
    expect([1, 50].map((count) => pollDelay("asking", count))).toEqual([1000, 5000]);
    expect(pollDelay("booked", 1)).toBe(false);
  });
});

describe("the time left", () => {
  it.each([
    [900_000, "15:00"],
    [899_001, "15:00"],
    [59_000, "00:59"],
    [3_899_000, "1:04:59"],
    [-5000, "00:00"],
  ])("of %i ms is %s", (milliseconds, expected) => {
    expect(clockOf(milliseconds)).toBe(expected);
  });

  it("is announced a few times only", () => {
    const announced = new Set<number | null>();
    for (let left = 900_000; left >= 0; left -= 1000) announced.add(announcedMinutes(left));
    expect([...announced]).toEqual([null, 10, 5, 2, 1, 0]);
  });
});

describe("a decline", () => {
  it.each([
    ["insufficient_funds", "funds"],
    ["authentication_failed", "unconfirmed"],
    ["stolen_card", "other"],
    ["toString", "other"],
  ])("for %s is %s", (code, expected) => {
    expect(declineOf(code)).toBe(expected);
  });
});
