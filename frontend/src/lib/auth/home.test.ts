import { expect, test } from "vitest";
import { homeOf } from "./me";

test("each role lands where it works", () => {
  expect(homeOf({ role: "user", is_staff: false })).toBe("/");
  expect(homeOf({ role: "creator", is_staff: false })).toBe("/creator");
  expect(homeOf({ role: "user", is_staff: true })).toBe("/admin");
  expect(homeOf({ role: "creator", is_staff: true })).toBe("/admin");
});
