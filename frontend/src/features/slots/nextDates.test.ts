import { describe, expect, it } from "vitest";
import { nextDates } from "./nextDates";
import type { Slot } from "./queries";

const slot = (day: number, seats_left: number): Slot => ({
  starts_at: `2026-12-0${day}T18:00:00Z`,
  ends_at: `2026-12-0${day}T19:00:00Z`,
  capacity: 6,
  seats_left,
  reason: null,
  utc_offset: "+00:00",
  ends_utc_offset: "+00:00",
});
const SLOTS = [slot(1, 6), slot(2, 1), slot(3, 4), slot(4, 6)];

describe("the next dates", () => {
  it("are the soonest with enough seats", () => {
    expect(nextDates(SLOTS, 2, 2, null)).toEqual([SLOTS[0], SLOTS[2]]);
  });

  it("contain the selected one, though it is later", () => {
    expect(nextDates(SLOTS, 1, 2, SLOTS[3]?.starts_at ?? null)).toEqual([SLOTS[0], SLOTS[3]]);
    expect(nextDates(SLOTS, 1, 2, SLOTS[1]?.starts_at ?? null)).toEqual([SLOTS[0], SLOTS[1]]);
  });

  it("keep a selected one that has too few seats left", () => {
    expect(nextDates(SLOTS, 3, 4, SLOTS[1]?.starts_at ?? null)).toContain(SLOTS[1]);
  });
});
