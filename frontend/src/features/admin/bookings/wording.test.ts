import { expect, it } from "vitest";
import { wordingOf } from "./queries";

const [MOVE, NO_MOVE] = [{ requested_start: "2026-12-03T17:30:00Z" }, { requested_start: null }];

it("confirming and declining a requested move are worded as its answer", () => {
  expect(wordingOf("confirm", MOVE)).toBe("confirm_move");
  expect(wordingOf("decline", MOVE)).toBe("decline_move");
});

it("other actions are about the booking", () => {
  expect(wordingOf("cancel", MOVE)).toBe("cancel");
  expect(wordingOf("confirm", NO_MOVE)).toBe("confirm");
  expect(wordingOf("decline", NO_MOVE)).toBe("decline");
});
