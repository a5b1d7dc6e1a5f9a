import { describe, expect, it } from "vitest";
import {
  amountBelow,
  type Currency,
  exampleAmount,
  formatMoney,
  multiplyPrice,
  parseAmount,
  sumAmounts,
} from "./money";

const in2 = (currency: string): Currency => ({ currency, currency_digits: 2 });
const YEN: Currency = { currency: "JPY", currency_digits: 0 };
const DINAR: Currency = { currency: "KWD", currency_digits: 3 };

describe("price times seats", () => {
  it("has no rounding, whatever the price", () => {
    expect(multiplyPrice("0.10", 3)).toBe("0.30");
    expect(multiplyPrice("8.70", 3)).toBe("26.10");
    expect(multiplyPrice("99999999.99", 10_000)).toBe("999999999900.00");
    expect(multiplyPrice("0.07", 9_999)).toBe("699.93");
  });

  it("is exact for every price up to ten, and for every count of seats up to twenty", () => {
    const decimal = (cents: number) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
    const wrong: string[] = [];
    for (let cents = 0; cents <= 1_000; cents += 1) {
      for (let seats = 1; seats <= 20; seats += 1) {
        if (multiplyPrice(decimal(cents), seats) !== decimal(cents * seats))
          wrong.push(`${decimal(cents)} x ${seats}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("keeps the decimals of the currency", () => {
    expect(multiplyPrice("1500", 3)).toBe("4500");
    expect(multiplyPrice("1.250", 3)).toBe("3.750");
    expect(multiplyPrice("0.001", 1)).toBe("0.001");
  });
});

describe("money", () => {
  it("is written without zeros when it is whole", () => {
    expect(formatMoney("25.00", in2("EUR"))).toBe("€25");
    expect(formatMoney("25", in2("USD"))).toBe("$25");
    expect(formatMoney("0.00", in2("EUR"))).toBe("€0");
    expect(formatMoney("2.000", DINAR)).toBe("KWD\u00a02");
  });

  it("keeps two decimals and groups thousands", () => {
    expect(formatMoney("49.90", in2("EUR"))).toBe("€49.90");
    expect(formatMoney("1234.50", in2("GBP"))).toBe("£1,234.50");
  });

  it("is exact beyond the precision of floats", () => {
    expect(formatMoney("999999999999999.99", in2("EUR"))).toBe("€999,999,999,999,999.99");
  });

  it("has the decimals of ISO 4217, not those of the browser's locale data", () => {
    expect(formatMoney("1500", YEN)).toBe("¥1,500");
    expect(formatMoney("12.50", in2("HUF"))).toBe("HUF\u00a012.50");
    expect(formatMoney("12.50", in2("IDR"))).toBe("IDR\u00a012.50");
    expect(formatMoney("1.250", DINAR)).toBe("KWD\u00a01.250");
    expect(formatMoney("1.5", { currency: "IQD", currency_digits: 3 })).toBe("IQD\u00a01.500");
  });
});

describe("an amount", () => {
  it("accepts common notations", () => {
    expect(parseAmount("49,9", 2)).toBe("49.9");
    expect(parseAmount("49.90", 2)).toBe("49.9");
    expect(parseAmount(" 007 ", 2)).toBe("7");
    expect(parseAmount("0", 2)).toBe("0");
    expect(parseAmount("99999999.99", 2)).toBe("99999999.99");
    expect(parseAmount("1500", 0)).toBe("1500");
    expect(parseAmount("1.255", 3)).toBe("1.255");
  });

  it.each(["", "-1", "1.234", "1e3", "1_0", "1 000", "NaN", "123456789", "12€", "1.", ".5"])(
    "is not %j",
    (text) => {
      expect(parseAmount(text, 2)).toBeNull();
    },
  );

  it("has no more decimals than the currency", () => {
    expect(parseAmount("1500.5", 0)).toBeNull();
    expect(parseAmount("1500.0", 0)).toBeNull();
    expect(parseAmount("1.2555", 3)).toBeNull();
  });

  it("has an example in any currency", () => {
    expect([0, 2, 3].map(exampleAmount)).toEqual(["2500", "19.90", "19.900"]);
  });

  it("is added and lowered without rounding", () => {
    expect(sumAmounts(["0.10", "0.20", "99999999.99"])).toBe("100000000.29");
    expect(sumAmounts(["1500", "2"])).toBe("1502");
    expect(sumAmounts([])).toBe("0");
    expect(["25.00", "2500", "25.000", "1.00"].map(amountBelow)).toEqual(["24.99", "2499", "24.999", "0.99"]);
  });
});
