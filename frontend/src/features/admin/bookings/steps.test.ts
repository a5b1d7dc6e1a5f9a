import { expect, test } from "vitest";
import { actionsFor } from "./steps";

const NOW = new Date("2030-05-01T12:00:00Z");
const pending = {
  status: "pending",
  ends_at: "2030-05-02T11:00:00Z",
  answer_by: "2030-05-02T10:00:00Z",
  user: "a learner",
} as const;
const over = { ...pending, status: "confirmed", ends_at: "2030-05-01T11:00:00Z" } as const;

test("the staff answers for the creator, moves and cancels", () => {
  expect(actionsFor(pending, "me", NOW)).toEqual(["confirm", "decline", "reschedule", "cancel"]);
});

test("nobody answers or completes what they booked themselves", () => {
  expect(actionsFor(pending, "a learner", NOW)).toEqual(["reschedule", "cancel"]);
  expect(actionsFor(over, "a learner", NOW)).toEqual([]);
});

test("what is over is completed, and what was cancelled left alone", () => {
  expect(actionsFor(over, "me", NOW)).toEqual(["complete"]);
  expect(actionsFor({ ...pending, status: "cancelled" }, "me", NOW)).toEqual([]);
});

test("after the time to answer a request is only moved or cancelled", () => {
  expect(actionsFor(pending, "me", new Date(pending.answer_by))).toEqual(["reschedule", "cancel"]);
});
