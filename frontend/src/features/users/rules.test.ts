import { describe, expect, it } from "vitest";
import { splitName } from "./rules";

describe("a name in one field", () => {
  it.each([
    ["Ada", "Ada", ""],
    ["  Ada   Byron ", "Ada", "Byron"],
    ["María del Carmen López", "María", "del Carmen López"],
    ["", "", ""],
  ])("is shown as it was typed: %s", (name, first_name, last_name) => {
    expect(splitName(name)).toEqual({ first_name, last_name });
  });
});
