import { describe, expect, it } from "vitest";
import { matchQuickRange, quickRange } from "./dates";

describe("the weekend", () => {
  it("is the coming one on a weekday", () => {
    expect(quickRange("weekend", "2026-11-25")).toEqual({ from: "2026-11-28", to: "2026-11-29" });
  });

  it("is what is left of it when it has begun", () => {
    expect(quickRange("weekend", "2026-11-28")).toEqual({ from: "2026-11-28", to: "2026-11-29" });
    expect(quickRange("weekend", "2026-11-29")).toEqual({ from: "2026-11-29", to: "2026-11-29" });
  });
});

it("days are called by the word that means them", () => {
  expect(matchQuickRange({ from: "2026-12-01", to: "2026-12-01" }, "2026-11-30")).toBe("tomorrow");
  expect(matchQuickRange({ from: "2026-11-30", to: "2026-12-06" }, "2026-11-30")).toBe("week");
  expect(matchQuickRange({ from: "2026-12-24" }, "2026-11-30")).toBeUndefined();
});
