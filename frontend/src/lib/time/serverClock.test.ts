import { expect, it } from "vitest";
import { aheadOf } from "./serverClock";

it("takes the middle of the second that the server named", () => {
  const received = Date.parse("2026-12-05T09:59:00.000Z");
  expect(aheadOf("Sat, 05 Dec 2026 10:00:00 GMT", received)).toBe(60_500);
  expect(aheadOf("Sat, 05 Dec 2026 09:58:00 GMT", received)).toBe(-59_500);
});

it("keeps what is known if there is no date", () => {
  expect(aheadOf(null, 0)).toBeNull();
  expect(aheadOf("soon", 0)).toBeNull();
});
