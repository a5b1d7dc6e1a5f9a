import { describe, expect, it } from "vitest";
import { historySteps } from "./steps";
import type { BookingHistory } from "./types";

const [NOOR, ELENA, ROBIN] = ["noor", "elena", "robin"];

type Step = BookingHistory["history"][number];
type Status = Step["to"];

const NOTHING_ELSE = { from_start: null, to_start: null, from_seats: null, to_seats: null, reason: "" };

function step(by: string | null, action: Step["action"], from: Status | null, to: Status, more = {}): Step {
  return { at: "2026-12-01T10:00:00Z", by, action, from, to, ...NOTHING_ELSE, ...more };
}

function describeStep(step: Step, reader = NOOR) {
  const booking = { history: [step], user: NOOR, pay_by: null, session_details: { creator: ELENA } };
  return historySteps(booking as Parameters<typeof historySteps>[0], reader)[0];
}

const STARTS = { from_start: "2026-12-03T10:00:00Z", to_start: "2026-12-04T18:30:30Z" };
const moved = { from: STARTS.from_start, to: STARTS.to_start };

describe("a step of a booking", () => {
  it("is booked at once, or asked for", () => {
    expect(describeStep(step(NOOR, "book", null, "confirmed"))?.name).toBe("booked");
    expect(describeStep(step(NOOR, "book", null, "pending"))?.name).toBe("asked");
  });

  it("is the creator's answer, or that there was none", () => {
    expect(describeStep(step(ELENA, "confirm", "pending", "confirmed"))).toMatchObject({
      name: "confirmed",
      actor: "creator",
    });
    expect(
      describeStep(step(ELENA, "decline", "pending", "cancelled", { reason: "I am ill." })),
    ).toMatchObject({
      name: "declined",
      reason: "I am ill.",
    });
    expect(describeStep(step(null, "expire", "pending", "cancelled"))).toMatchObject({
      name: "expired",
      actor: "marketplace",
    });
  });

  it("is the same while seats that were added to a paid booking are to be paid, and after that", () => {
    const seats = step(NOOR, "seats", "confirmed", "confirmed", { from_seats: 1, to_seats: 2 });
    const paid = step(null, "confirm", "confirmed", "confirmed");
    const asked = [step(NOOR, "book", null, "pending"), step(null, "confirm", "pending", "pending")];
    const names = (pay_by: string | null, ...added: Step[]) => {
      const confirmed = [...asked, step(ELENA, "confirm", "pending", "confirmed"), ...added];
      const booking = { history: confirmed, user: NOOR, pay_by, status: "confirmed" };
      const shown = { ...booking, session_details: { creator: ELENA } } as Parameters<typeof historySteps>[0];
      return historySteps(shown, NOOR).map(({ name }) => name);
    };
    const before = ["held", "paid", "confirmed", "reseated"];
    expect(names("2026-12-01T10:15:00Z", seats)).toEqual(before);
    expect(names(null, seats, paid)).toEqual([...before, "paid"]);
  });

  it("is a hold, its payment, or that there was none", () => {
    const names = (pay_by: string | null, ...history: Step[]) => {
      const booking = { history, user: NOOR, pay_by, session_details: { creator: ELENA } };
      return historySteps(booking as Parameters<typeof historySteps>[0], NOOR).map(({ name }) => name);
    };
    const book = step(NOOR, "book", null, "pending");
    const pay = step(null, "confirm", "pending", "confirmed");
    const expire = step(null, "expire", "pending", "cancelled");
    const late = step(null, "confirm", "cancelled", "confirmed");
    const soon = "2026-12-01T10:15:00Z";
    expect(names(soon, book)).toEqual(["held"]);
    expect(names(null, book, pay)).toEqual(["held", "paid"]);
    expect(names(soon, book, expire)).toEqual(["held", "unpaid"]);
    expect(names(null, book, expire, late)).toEqual(["held", "unpaid", "paid"]);
    const reserve = step(null, "confirm", "pending", "pending");
    expect(names(null, book, reserve, expire)).toEqual(["held", "paid", "expired"]);
  });

  it("is a request for another start, and its answer", () => {
    const at = { to_start: STARTS.to_start };
    const name = (by: string | null, action: Step["action"], more = {}) =>
      describeStep(step(by, action, "confirmed", "confirmed", { ...at, ...more }))?.name;
    expect(name(NOOR, "reschedule")).toBe("requested");
    expect(name(ELENA, "confirm", STARTS)).toBe("request_confirmed");
    expect(name(ELENA, "decline")).toBe("request_declined");
    expect(name(NOOR, "decline")).toBe("request_withdrawn");
    expect(name(null, "expire")).toBe("request_expired");
    expect(describeStep(step(NOOR, "reschedule", "confirmed", "confirmed", at))?.moved).toEqual({
      from: null,
      to: STARTS.to_start,
    });
  });

  it("is cancelled by its actor, also before it was confirmed", () => {
    expect(describeStep(step(NOOR, "cancel", "pending", "cancelled"))).toMatchObject({
      name: "cancelled",
      actor: "you",
    });
    expect(describeStep(step(ELENA, "cancel", "pending", "cancelled"))).toMatchObject({
      name: "cancelled",
      actor: "creator",
    });
    expect(describeStep(step(ROBIN, "cancel", "confirmed", "cancelled"))).toMatchObject({
      name: "cancelled",
      actor: "staff",
    });
  });

  it("is moved by the marketplace when the clock rules of its zone have changed", () => {
    expect(describeStep(step(null, "reschedule", "confirmed", "confirmed", STARTS))).toMatchObject({
      name: "moved_with_clocks",
      actor: "marketplace",
      moved,
    });
  });

  it("took place by itself, or was marked as held", () => {
    expect(describeStep(step(null, "complete", "confirmed", "completed"))?.name).toBe("took_place");
    expect(describeStep(step(ELENA, "complete", "confirmed", "completed"))?.name).toBe("completed");
  });

  it("is moved from one instant to another, which are then shown in the reader's zone", () => {
    expect(describeStep(step(NOOR, "reschedule", "confirmed", "confirmed", STARTS))).toMatchObject({
      name: "moved",
      moved,
      reason: "",
    });
    expect(describeStep(step(NOOR, "reschedule", "pending", "pending", STARTS))).toMatchObject({
      name: "moved",
      moved,
    });
    expect(describeStep(step(NOOR, "reschedule", "confirmed", "pending", STARTS))).toMatchObject({
      name: "moved_asking",
      moved,
    });
  });

  it.each([
    ["the learner", NOOR, "learner"],
    ["the creator", ELENA, "creator"],
    ["the staff", ROBIN, "staff"],
  ])("is a move with its reason to everybody when %s moves it and says why", (_, by, actor) => {
    for (const reader of [NOOR, ELENA, ROBIN]) {
      for (const status of ["pending", "confirmed"] as const) {
        expect(
          describeStep(
            step(by, "reschedule", status, status, { ...STARTS, reason: "The room is taken." }),
            reader,
          ),
        ).toEqual({
          name: "moved",
          at: "2026-12-01T10:00:00Z",
          actor: by === reader ? "you" : actor,
          reason: "The room is taken.",
          moved,
          seats: null,
        });
      }
    }
  });

  it("is a move without its times where only that is known", () => {
    expect(describeStep(step(NOOR, "reschedule", "confirmed", "confirmed"))).toMatchObject({
      name: "moved_only",
      moved: null,
    });
  });

  it("changes the number of seats", () => {
    const seats = { from_seats: 2, to_seats: 3 };
    expect(describeStep(step(NOOR, "seats", "confirmed", "confirmed", seats))).toMatchObject({
      name: "reseated",
      seats: { from: 2, to: 3 },
    });
  });

  it("names the learner to the creator", () => {
    expect(describeStep(step(NOOR, "book", null, "confirmed"), ELENA)?.actor).toBe("learner");
    expect(describeStep(step(ELENA, "confirm", "pending", "confirmed"), ELENA)?.actor).toBe("you");
  });
});
