import { describe, expect, it } from "vitest";
import { groupRuns, PREVIEW_DAYS, previewWindow, type Slot, toPreviewDays } from "./preview";

function slot(starts_at: string, reason: Slot["reason"] = null): Slot {
  return { starts_at, ends_at: starts_at, capacity: 4, seats_left: 4, reason, utc_offset: "+00:00" };
}

describe("two weeks of a schedule", () => {
  it("are fourteen days of the zone, an hour longer in autumn and shorter in spring", () => {
    const hours = ({ from, to }: { from: string; to: string }) =>
      (Date.parse(to) - Date.parse(from)) / 3_600_000;
    expect(hours(previewWindow("2026-10-20", "Europe/Rome"))).toBe(PREVIEW_DAYS * 24 + 1);
    expect(hours(previewWindow("2027-03-20", "Europe/Rome"))).toBe(PREVIEW_DAYS * 24 - 1);
    expect(hours(previewWindow("2026-12-01", "Europe/Rome"))).toBe(PREVIEW_DAYS * 24);
  });

  it("name the day on which the clocks change, and by how much", () => {
    const autumn = toPreviewDays([], "2026-10-20", "Europe/Rome");
    expect(autumn.filter(({ shift }) => shift !== 0)).toEqual([{ day: "2026-10-25", runs: [], shift: -60 }]);
    const spring = toPreviewDays([], "2027-03-20", "Europe/Rome");
    expect(spring.filter(({ shift }) => shift !== 0)).toEqual([{ day: "2027-03-28", runs: [], shift: 60 }]);
    const island = toPreviewDays([], "2026-10-01", "Australia/Lord_Howe");
    expect(island.find(({ shift }) => shift !== 0)?.shift).toBe(30);
  });

  it("keep 10:00 local time before and after a clock change", () => {
    const slots = [slot("2026-10-24T08:00:00Z"), slot("2026-10-25T09:00:00Z"), slot("2026-10-26T09:00:00Z")];
    const busy = toPreviewDays(slots, "2026-10-20", "Europe/Rome").filter(({ runs }) => runs.length > 0);
    expect(busy.map(({ day }) => day)).toEqual(["2026-10-24", "2026-10-25", "2026-10-26"]);
  });

  it("leave out past slots", () => {
    const days = toPreviewDays([slot("2026-12-01T08:00:00Z", "past")], "2026-12-01", "UTC");
    expect(days[0]?.runs).toEqual([]);
  });
});

it("adjacent slots closed for the same reason form one run", () => {
  const slots = [
    slot("2026-12-01T08:00:00Z", "notice"),
    slot("2026-12-01T09:00:00Z", "notice"),
    slot("2026-12-01T10:00:00Z"),
    slot("2026-12-01T11:00:00Z", "notice"),
  ];
  expect(groupRuns(slots).map(({ reason, slots: run }) => [reason, run.length])).toEqual([
    ["notice", 2],
    [null, 1],
    ["notice", 1],
  ]);
});
