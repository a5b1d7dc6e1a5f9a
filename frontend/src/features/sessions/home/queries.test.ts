import { describe, expect, it } from "vitest";
import type { Session } from "../queries";
import { newest, recommended, tasteOf, weekendSearch } from "./queries";

const session = (id: string, changes: Partial<Session> = {}) =>
  ({ id, creator: "a creator", next_slot: { starts_at: `2026-12-0${id}T10:00:00Z` }, ...changes }) as Session;

const booking = (id: string, category: string | null, status = "confirmed") =>
  ({ session: id, session_details: { category }, status }) as Parameters<typeof tasteOf>[0][number];

describe("the weekend row", () => {
  it("begins with what is soonest", () => {
    expect(weekendSearch("2026-12-02")).toEqual({ from: "2026-12-05", to: "2026-12-06", sort: "next_slot" });
  });
});

describe("the row of new sessions", () => {
  it("leaves out the order of featured sessions", () => {
    const page = [
      session("1", { created_at: "2026-01-01T00:00:00Z" }),
      session("2", { created_at: "2026-03-01T00:00:00Z" }),
      session("3", { created_at: "2026-02-01T00:00:00Z" }),
    ];
    expect(newest(page).map(({ id }) => id)).toEqual(["2", "3", "1"]);
  });
});

describe("recommendations", () => {
  it("are about the two categories booked most, cancelled bookings apart", () => {
    const taste = tasteOf([
      booking("1", "art"),
      booking("2", "music"),
      booking("3", "music"),
      booking("4", "fitness", "cancelled"),
      booking("5", "fitness", "cancelled"),
      booking("6", "cooking"),
      booking("7", "cooking", "completed"),
      booking("8", null),
    ]);
    expect(taste.categories).toEqual(["music", "cooking"]);
    expect(taste.sessions).not.toContain("4");
  });

  it("have free seats, are soonest first, and neither booked nor one's own", () => {
    const found = [
      [session("3"), session("1"), session("4", { next_slot: null })],
      [session("2"), session("5", { creator: "me" }), session("6")],
    ];
    const taste = { categories: [], sessions: ["3"] };
    expect(recommended(found, taste, "me").map(({ id }) => id)).toEqual(["1", "2", "6"]);
  });
});
