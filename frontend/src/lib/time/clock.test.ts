import { describe, expect, it } from "vitest";
import { readClock } from "./clock";

describe("a typed time", () => {
  it.each([
    ["18:30", "18:30"],
    ["1830", "18:30"],
    ["930", "09:30"],
    ["18.30", "18:30"],
    ["9", "09:00"],
    ["6:30 pm", "18:30"],
    ["6pm", "18:00"],
    ["12 am", "00:00"],
    ["12:15 PM", "12:15"],
  ])("%s is %s", (typed, clock) => expect(readClock(typed)).toBe(clock));

  it.each(["", "24:00", "18:60", "13 pm", "0 am", "noon", "18:3"])("%s is none", (typed) =>
    expect(readClock(typed)).toBeNull(),
  );
});
