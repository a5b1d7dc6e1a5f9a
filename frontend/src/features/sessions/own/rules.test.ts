import { expect, it } from "vitest";
import { EMPTY_FORM } from "./model";
import { sessionRules } from "./rules";
import type { Texts } from "./texts";

const t = ((key: string) => key) as unknown as Texts;

function priceErrors(price: string, digits: number): string[] {
  const { error } = sessionRules(t, digits).safeParse({ ...EMPTY_FORM, price });
  return (error?.issues ?? []).filter(({ path }) => path[0] === "price").map(({ message }) => message);
}

it("a price with decimals is refused by name in a currency without them", () => {
  expect(priceErrors("2500.50", 0)).toEqual(["rules.price_whole"]);
  expect(priceErrors("2500", 0)).toEqual([]);
  expect(priceErrors("19.999", 2)).toEqual(["rules.price"]);
});
