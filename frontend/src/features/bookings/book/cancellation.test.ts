import { describe, expect, it } from "vitest";
import { cancellationRule } from "./cancellation";

const NOW = new Date("2026-12-01T12:00:00Z");

describe("the cancellation rule", () => {
  it("is the start without a notice", () => {
    expect(cancellationRule(0, "2026-12-03T13:00:00Z", NOW)).toEqual({ kind: "until_start" });
  });

  it("is a number of hours before a start is chosen", () => {
    expect(cancellationRule(24, undefined, NOW)).toEqual({ kind: "until", hours: 24 });
  });

  it("is an instant once a start is chosen", () => {
    expect(cancellationRule(24, "2026-12-03T13:00:00Z", NOW)).toEqual({
      kind: "until_moment",
      hours: 24,
      deadline: new Date("2026-12-02T13:00:00Z"),
    });
  });

  it("can be over before booking", () => {
    expect(cancellationRule(48, "2026-12-03T11:00:00Z", NOW)).toEqual({ kind: "too_late", hours: 48 });
  });
});
