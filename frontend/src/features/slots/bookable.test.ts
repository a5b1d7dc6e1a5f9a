import { expect, it } from "vitest";
import { toStartRequest } from "./bookable";

const BERLIN = "Europe/Berlin";

it("a listed start is requested as it was listed", () => {
  expect(toStartRequest("2026-12-03T17:30:00Z", BERLIN, { is_open: false })).toEqual({
    booking_date: "2026-12-03T17:30:00Z",
  });
});

it("a typed time is requested as local time", () => {
  expect(toStartRequest("2026-12-03T17:30:00.000Z", BERLIN, { is_open: true })).toEqual({
    local_start: "2026-12-03T18:30",
    time_zone: BERLIN,
  });
});

it("a time that local time cannot say is requested as an instant", () => {
  for (const at of ["2026-10-25T01:30:00Z", "2026-12-03T17:30:15Z"]) {
    expect(toStartRequest(at, BERLIN, { is_open: true })).toEqual({ booking_date: at });
  }
  expect(toStartRequest("2026-10-25T00:30:00Z", BERLIN, { is_open: true }).local_start).toBe(
    "2026-10-25T02:30",
  );
});
