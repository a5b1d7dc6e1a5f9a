import { describe, expect, it } from "vitest";
import { matchQuickRange, quickRange } from "./dates";

describe("the weekend", () => {
  it("is the next one on a weekday", () => {
    expect(quickRange("weekend", "2026-11-25")).toEqual({ from: "2026-11-28", to: "2026-11-29" });
  });

  it("is the rest of it on Saturday or Sunday", () => {
    expect(quickRange("weekend", "2026-11-28")).toEqual({ from: "2026-11-28", to: "2026-11-29" });
    expect(quickRange("weekend", "2026-11-29")).toEqual({ from: "2026-11-29", to: "2026-11-29" });
  });
});

it("quick date ranges are recognized", () => {
  expect(matchQuickRange({ from: "2026-12-01", to: "2026-12-01" }, "2026-11-30")).toBe("tomorrow");
  expect(matchQuickRange({ from: "2026-11-30", to: "2026-12-06" }, "2026-11-30")).toBe("week");
  expect(matchQuickRange({ from: "2026-12-24" }, "2026-11-30")).toBeUndefined();
});
