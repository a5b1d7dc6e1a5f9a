import { expect, test } from "vitest";
import { actionsFor } from "./rules";

const NOW = new Date("2030-05-01T12:00:00Z");
const pending = {
  status: "pending",
  ends_at: "2030-05-02T11:00:00Z",
  answer_by: "2030-05-02T10:00:00Z",
  user: "a learner",
} as const;
const over = { ...pending, status: "confirmed", ends_at: "2030-05-01T11:00:00Z" } as const;

test("staff can confirm, decline, reschedule and cancel", () => {
  expect(actionsFor(pending, "me", NOW)).toEqual(["confirm", "decline", "reschedule", "cancel"]);
});

test("staff cannot confirm or complete their own booking", () => {
  expect(actionsFor(pending, "a learner", NOW)).toEqual(["reschedule", "cancel"]);
  expect(actionsFor(over, "a learner", NOW)).toEqual([]);
});

test("an ended booking can be completed and a cancelled one has no actions", () => {
  expect(actionsFor(over, "me", NOW)).toEqual(["complete"]);
  expect(actionsFor({ ...pending, status: "cancelled" }, "me", NOW)).toEqual([]);
});

test("an expired request can only be rescheduled or cancelled", () => {
  expect(actionsFor(pending, "me", new Date(pending.answer_by))).toEqual(["reschedule", "cancel"]);
});
