import { expect, test } from "vitest";
import { i18n } from ".";

test("numbers in a sentence are localized", () => {
  i18n.addResourceBundle("en", "numbers", {
    seats_one: "{{count}} seat",
    seats_other: "{{count}} seats for {{name}}",
  });
  const say = i18n.getFixedT("en") as unknown as (key: string, facts: object) => string;
  expect(say("numbers:seats", { count: 10_000, name: "12345" })).toBe("10,000 seats for 12345");
  expect(say("numbers:seats", { count: 1 })).toBe("1 seat");
});
