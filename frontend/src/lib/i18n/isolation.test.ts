import { expect, it } from "vitest";
import { i18n } from ".";

it("a name that goes from right to left keeps the order of the sentence around it", () => {
  expect(i18n.t("nav.account", { name: "יעל" })).toBe("\u2068יעל\u2069's account");
  expect(i18n.t("nav.account", { name: "Ada" })).toBe("Ada's account");
});
