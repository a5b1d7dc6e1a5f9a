import { describe, expect, it } from "vitest";
import type { Session } from "../queries";
import { nextTimes } from "./queries";

function session(id: string, starts_at: string | null): Session {
  return { id, next_slot: starts_at && { starts_at } } as Session;
}

describe("the next times of a creator", () => {
  it("are the soonest of each session, without sessions that have none", () => {
    const sessions = [
      session("late", "2030-01-03T09:00:00Z"),
      session("none", null),
      session("soon", "2030-01-01T09:00:00Z"),
      session("middle", "2030-01-02T09:00:00Z"),
    ];
    expect(nextTimes(sessions, 2).map((each) => each.session.id)).toEqual(["soon", "middle"]);
  });
});
