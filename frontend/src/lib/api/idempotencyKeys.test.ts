import { expect, it } from "vitest";
import { createKeyFor } from "./idempotencyKeys";

it("a retry has the same key and a changed request another", () => {
  const keyOf = createKeyFor();
  const first = keyOf(["cancel", "I am ill"]);
  expect(keyOf(["cancel", "I am ill"])).toBe(first);
  const second = keyOf(["cancel", "I am well"]);
  expect(second).not.toBe(first);
  expect(keyOf(["cancel", "I am ill"])).not.toBe(first);
});

it("two forms never share a key", () => {
  expect(createKeyFor()("book")).not.toBe(createKeyFor()("book"));
});
