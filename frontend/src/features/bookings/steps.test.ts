import { describe, expect, it } from "vitest";
import { stepsOf } from "./steps";
import type { BookingHistory } from "./types";

const [NOOR, ELENA, ROBIN] = ["noor", "elena", "robin"];

type Step = BookingHistory["history"][number];
type Status = Step["to"];

function step(by: string | null, from: Status | null, to: Status, reason = ""): Step {
  return { at: "2026-12-01T10:00:00Z", by, from, to, reason } as Step;
}

function told(step: Step, reader = NOOR) {
  const booking = { history: [step], user: NOOR, session_details: { creator: ELENA } };
  return stepsOf(booking as Parameters<typeof stepsOf>[0], reader)[0];
}

const MOVE = "Moved from 2026-12-03 10:00 to 2026-12-04 18:30 UTC.";

describe("a step of a booking", () => {
  it("is booked at once, or asked for", () => {
    expect(told(step(NOOR, null, "confirmed"))?.name).toBe("booked");
    expect(told(step(NOOR, null, "pending"))?.name).toBe("asked");
  });

  it("is the creator's answer, or that there was none", () => {
    expect(told(step(ELENA, "pending", "confirmed"))).toMatchObject({ name: "confirmed", actor: "creator" });
    expect(told(step(ELENA, "pending", "cancelled", "I am ill."))).toMatchObject({
      name: "declined",
      reason: "I am ill.",
    });
    expect(told(step(null, "pending", "cancelled"))).toMatchObject({ name: "lapsed", actor: "marketplace" });
  });

  it("is cancelled by its actor", () => {
    expect(told(step(NOOR, "pending", "cancelled"))).toMatchObject({ name: "cancelled", actor: "you" });
    expect(told(step(ELENA, "confirmed", "cancelled"))).toMatchObject({
      name: "cancelled",
      actor: "creator",
    });
    expect(told(step(ROBIN, "confirmed", "cancelled"))).toMatchObject({ name: "cancelled", actor: "staff" });
  });

  it("took place by itself, or was marked as held", () => {
    expect(told(step(null, "confirmed", "completed"))?.name).toBe("took_place");
    expect(told(step(ELENA, "confirmed", "completed"))?.name).toBe("completed");
  });

  it("is moved from one instant to another, which are then shown in the reader's zone", () => {
    const moved = { from: "2026-12-03T10:00Z", to: "2026-12-04T18:30Z" };
    expect(told(step(NOOR, "confirmed", "confirmed", MOVE))).toMatchObject({
      name: "moved",
      moved,
      reason: "",
    });
    expect(told(step(NOOR, "pending", "pending", MOVE))).toMatchObject({ name: "moved", moved });
    expect(told(step(NOOR, "confirmed", "pending", MOVE))).toMatchObject({ name: "moved_asking", moved });
  });

  it("is not taken for a move because somebody wrote so", () => {
    expect(told(step(NOOR, "confirmed", "cancelled", MOVE))).toMatchObject({
      name: "cancelled",
      moved: null,
      reason: MOVE,
    });
  });

  it("is told to the creator with the learner's name", () => {
    expect(told(step(NOOR, null, "confirmed"), ELENA)?.actor).toBe("learner");
    expect(told(step(ELENA, "pending", "confirmed"), ELENA)?.actor).toBe("you");
  });
});
