import { describe, expect, it } from "vitest";
import {
  dayOffset,
  findOverlaps,
  formatMinutes,
  isOvernight,
  listStarts,
  type RangeForm,
  toSpan,
  WEEK_MINUTES,
} from "./ranges";

function range(starts: string, ends: string, step = ""): RangeForm {
  return { starts, ends, step };
}

const MONDAY = 0;
const TUESDAY = 1440;
const SUNDAY = 6 * 1440;

describe("a range", () => {
  it("that ends at midnight reaches to the end of its day", () => {
    expect(toSpan(range("22:00", "00:00"))).toEqual([1320, 1440]);
    expect(toSpan(range("00:00", "00:00"))).toEqual([0, 1440]);
    expect(isOvernight(range("22:00", "00:00"))).toBe(false);
  });

  it("that ends before it begins ends on the next day", () => {
    expect(toSpan(range("22:00", "02:00"))).toEqual([1320, 1560]);
    expect(isOvernight(range("22:00", "02:00"))).toBe(true);
  });

  it("is empty until both ends are entered", () => {
    expect(toSpan(range("", "10:00"))).toBeNull();
    expect(toSpan(range("24:00", "10:00"))).toBeNull();
  });
});

describe("the starts in a range", () => {
  it("are one duration apart without a step", () => {
    expect(listStarts(range("09:00", "11:30"), 60).map(formatMinutes)).toEqual(["09:00", "10:00"]);
  });

  it("are one step apart even if sessions overlap", () => {
    expect(listStarts(range("09:00", "10:30", "15"), 60).map(formatMinutes)).toEqual([
      "09:00",
      "09:15",
      "09:30",
    ]);
  });

  it("continue after midnight", () => {
    expect(listStarts(range("23:00", "01:00"), 60).map(formatMinutes)).toEqual(["23:00", "00:00"]);
  });

  it("are none when the session is longer than the range or the step is invalid", () => {
    expect(listStarts(range("09:00", "09:30"), 60)).toEqual([]);
    expect(listStarts(range("09:00", "12:00", "0"), 60)).toEqual([]);
    expect(listStarts(range("09:00", "12:00", "x"), 60)).toEqual([]);
  });
});

describe("ranges", () => {
  it("that meet end to end do not overlap", () => {
    const placed = [range("09:00", "12:00"), range("12:00", "17:00")].map((one) => ({
      midnight: 0,
      range: one,
    }));
    expect(findOverlaps(placed)).toEqual([]);
  });

  it("overlap in either order, and the later one is reported second", () => {
    const placed = [range("11:00", "13:00"), range("09:00", "12:00")].map((one) => ({
      midnight: 0,
      range: one,
    }));
    expect(findOverlaps(placed)).toEqual([[1, 0]]);
  });

  it("overlap where a night reaches into the next day", () => {
    const placed = [
      { midnight: MONDAY, range: range("22:00", "02:00") },
      { midnight: TUESDAY, range: range("01:00", "03:00") },
    ];
    expect(findOverlaps(placed)).toEqual([[0, 1]]);
  });

  it("overlap where Sunday's night reaches into Monday, as the week begins again", () => {
    const placed = [
      { midnight: MONDAY, range: range("01:00", "03:00") },
      { midnight: SUNDAY, range: range("22:00", "02:00") },
    ];
    expect(findOverlaps(placed, WEEK_MINUTES)).toEqual([[1, 0]]);
    expect(findOverlaps(placed)).toEqual([]);
  });

  it("inside a longer one are all reported", () => {
    const placed = [range("09:00", "17:00"), range("10:00", "11:00"), range("12:00", "13:00")].map((one) => ({
      midnight: 0,
      range: one,
    }));
    expect(findOverlaps(placed)).toEqual([
      [0, 1],
      [0, 2],
    ]);
  });

  it("alone in a week never overlap themselves", () => {
    expect(findOverlaps([{ midnight: MONDAY, range: range("09:00", "08:00") }], WEEK_MINUTES)).toEqual([]);
  });
});

it("dates lie a day apart, whatever the clocks do", () => {
  expect((dayOffset("2027-03-29") ?? 0) - (dayOffset("2027-03-28") ?? 0)).toBe(1440);
  expect(dayOffset("tomorrow")).toBeNull();
});
