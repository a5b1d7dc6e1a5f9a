import { describe, expect, it } from "vitest";
import type { Session } from "../queries";
import { newest, recommended, tasteOf } from "./queries";

type Booked = Parameters<typeof tasteOf>[0][number];

function booked(session: string, category: string, status: Booked["status"] = "confirmed"): Booked {
  return { session, status, session_details: { category } } as Booked;
}

function session(id: string, starts_at: string | null, creator = "elena"): Session {
  return { id, creator, next_slot: starts_at && { starts_at } } as Session;
}

describe("the taste of a person", () => {
  it("is the two categories booked most, without cancelled bookings", () => {
    const bookings = [
      booked("bread", "cooking"),
      booked("lute", "music"),
      booked("salsa", "cooking"),
      booked("ink", "art"),
      booked("song", "music", "completed"),
      booked("sketch", "art", "cancelled"),
      booked("paint", "art", "cancelled"),
    ];
    expect(tasteOf(bookings)).toEqual({
      categories: ["cooking", "music"],
      sessions: ["bread", "lute", "salsa", "ink", "song"],
    });
  });

  it("is empty without bookings, or if their sessions have no category", () => {
    expect(tasteOf([]).categories).toEqual([]);
    expect(tasteOf([booked("bread", "")]).categories).toEqual([]);
  });
});

describe("recommended sessions", () => {
  it("are the soonest of all categories, without booked ones, one's own, and those without free times", () => {
    const found = [
      [session("late", "2030-01-03T09:00:00Z"), session("booked", "2030-01-01T09:00:00Z")],
      [
        session("soon", "2030-01-02T09:00:00Z"),
        session("own", "2030-01-01T09:00:00Z", "me"),
        session("none", null),
      ],
    ];
    const taste = { categories: ["cooking", "music"], sessions: ["booked"] };

    expect(recommended(found, taste, "me").map(({ id }) => id)).toEqual(["soon", "late"]);
  });
});

describe("the newest sessions", () => {
  it("are in the order of their creation, also those that are featured", () => {
    const page = [
      { id: "featured", created_at: "2029-01-01T09:00:00Z" },
      { id: "new", created_at: "2030-01-02T09:00:00Z" },
      { id: "newer", created_at: "2030-01-03T09:00:00Z" },
    ] as Session[];
    expect(newest(page).map(({ id }) => id)).toEqual(["newer", "new", "featured"]);
  });
});
