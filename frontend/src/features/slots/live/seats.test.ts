import { QueryClient } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { queryKeys } from "~/lib/api/queryKeys";
import type { Slot } from "../queries";
import { applySeats, withSeats } from "./seats";

const SESSION = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";

function slot(starts_at: string, seats_left: number, reason: Slot["reason"] = null): Slot {
  const ends_at = starts_at.replace(":00:00Z", ":30:00Z");
  return { starts_at, ends_at, capacity: 5, seats_left, reason, utc_offset: "+00:00" };
}

const NINE = slot("2030-05-01T09:00:00Z", 5);
const TEN = slot("2030-05-01T10:00:00Z", 5);

test("a start that changed takes the place of the old one, whatever form its instant has", () => {
  const changed = { ...slot("2030-05-01T10:00:00.000Z", 2) };

  expect(withSeats([NINE, TEN], [changed])).toEqual([NINE, changed]);
});

test("a start without seats leaves the list of a month, and stays in the list of a day with its reason", () => {
  const taken = slot("2030-05-01T09:00:00Z", 0, "sold_out");

  expect(withSeats([NINE, TEN], [taken])).toEqual([TEN]);
  expect(withSeats([NINE, TEN], [taken], true)).toEqual([taken, TEN]);
});

test("a start that is free again returns to its place", () => {
  expect(withSeats([TEN], [NINE])).toEqual([NINE, TEN]);
});

test("starts go into the loaded lists of their session, month and day only", () => {
  const client = new QueryClient();
  const { month, suggested } = queryKeys.slots;
  const may = month(SESSION, "UTC", "2030-05");
  const june = month(SESSION, "UTC", "2030-06");
  const first = suggested(SESSION, "UTC", "2030-05-01");
  const second = suggested(SESSION, "UTC", "2030-05-02");
  const other = month("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5c", "UTC", "2030-05");
  for (const key of [may, june, first, second, other]) client.setQueryData(key, [NINE]);

  applySeats(client, SESSION, [slot("2030-05-01T09:00:00Z", 1)]);

  const left = (key: string[]) => client.getQueryData<Slot[]>(key)?.map(({ seats_left }) => seats_left);
  expect([may, june, first, second, other].map(left)).toEqual([[1], [5], [1], [5], [5]]);
  expect(client.getQueryData(month(SESSION, "UTC", "2030-07"))).toBeUndefined();
});

test("the session's next start has the seats of the event", () => {
  const client = new QueryClient();
  const key = queryKeys.sessions.one(SESSION);
  const session = { title: "Yoga", next_slot: { starts_at: NINE.starts_at, seats_left: 5 } };
  client.setQueryData(key, session);

  applySeats(client, SESSION, [slot(NINE.starts_at, 3), TEN]);

  expect(client.getQueryData(key)).toEqual({
    title: "Yoga",
    next_slot: { starts_at: NINE.starts_at, seats_left: 3 },
  });
});
