import { describe, expect, it } from "vitest";
import { endOfSpan, paymentKind, refundSpans } from "./refundPolicy";

const tiers = (...all: [number, number][]) =>
  all.map(([hours_before, refund_percent]) => ({ hours_before, refund_percent }));
const spans = (...all: [number, number][]) => all.map(([hours, percent]) => ({ hours, percent }));

describe("the shares of a policy", () => {
  it.each([
    ["all of it as long as one can cancel", tiers([0, 100]), 0, spans([0, 100])],
    ["all of it, with notice", tiers([0, 100]), 24, spans([24, 100])],
    ["tiers until the start", tiers([24, 100], [0, 50]), 0, spans([24, 100], [0, 50])],
    ["tiers until the notice", tiers([72, 100], [24, 50], [0, 10]), 24, spans([72, 100], [24, 50])],
    ["a tier that the notice cuts", tiers([72, 100], [0, 50]), 48, spans([72, 100], [48, 50])],
    ["a notice longer than every tier", tiers([24, 100], [0, 50]), 48, spans([48, 100])],
    ["nothing after the last tier", tiers([168, 100], [72, 50]), 0, spans([168, 100], [72, 50], [0, 0])],
    ["nothing after the last tier, with notice", tiers([72, 50]), 2, spans([72, 50], [2, 0])],
  ])("are %s", (_, policy, notice, expected) => {
    expect(refundSpans(policy, notice)).toEqual(expected);
  });

  it("end whole hours before the start, also across a change of clocks", () => {
    const start = "2026-10-25T10:00:00+01:00";
    expect(endOfSpan({ percent: 100, hours: 24 }, start).toISOString()).toBe("2026-10-24T09:00:00.000Z");
  });
});

describe("how a session is paid", () => {
  it.each([
    ["0.00", "online", true, null],
    ["72.00", "online", true, "online"],
    ["72.00", "at_session", true, "direct"],
    ["72.00", "online", false, "direct"],
  ] as const)("for %s, %s, with payments %s: %s", (price, payment_method, pays_online, expected) => {
    expect(paymentKind({ price, payment_method }, { pays_online })).toBe(expected);
  });
});
