import { expect, it } from "vitest";
import { createKeyFor } from "./idempotencyKeys";

it("a repeat of the same thing has the same key, another thing another", () => {
  const keyOf = createKeyFor();
  const first = keyOf(["cancel", "I am ill"]);
  expect(keyOf(["cancel", "I am ill"])).toBe(first);
  const second = keyOf(["cancel", "I am well"]);
  expect(second).not.toBe(first);
  expect(keyOf(["cancel", "I am ill"])).not.toBe(first);
});

it("two people who mean the same thing have keys of their own", () => {
  expect(createKeyFor()("book")).not.toBe(createKeyFor()("book"));
});
