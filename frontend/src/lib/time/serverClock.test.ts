import { expect, it } from "vitest";
import { aheadOf } from "./serverClock";

const RECEIVED = Date.parse("2026-12-05T09:59:00.250Z");

it("is the API's time, whatever a proxy's clock says", () => {
  const date = "Sat, 05 Dec 2026 09:59:00 GMT";
  expect(aheadOf(new Headers({ date, "x-server-time": "1796467200000" }), RECEIVED)).toBe(
    1_796_467_200_000 - RECEIVED,
  );
  expect(aheadOf(new Headers({ "x-server-time": String(RECEIVED - 59_500) }), RECEIVED)).toBe(-59_500);
});

it("keeps what is known if no time is told", () => {
  expect(aheadOf(new Headers({ date: "Sat, 05 Dec 2026 09:59:00 GMT" }), RECEIVED)).toBeNull();
  expect(aheadOf(new Headers({ "x-server-time": "soon" }), RECEIVED)).toBeNull();
});
