import { describe, expect, it } from "vitest";
import { formatMoney, multiplyPrice } from "./money";

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

  it("takes prices with one place or none, as a creator may type them", () => {
    expect(multiplyPrice("12", 2)).toBe("24.00");
    expect(multiplyPrice("12.5", 3)).toBe("37.50");
  });
});

describe("money", () => {
  it("is written without zeros when it is whole", () => {
    expect(formatMoney("25.00", "EUR")).toBe("€25");
    expect(formatMoney("25", "USD")).toBe("$25");
    expect(formatMoney("0.00", "EUR")).toBe("€0");
  });

  it("keeps two decimals and groups thousands", () => {
    expect(formatMoney("49.90", "EUR")).toBe("€49.90");
    expect(formatMoney("1234.50", "GBP")).toBe("£1,234.50");
  });

  it("is exact beyond the precision of floats", () => {
    expect(formatMoney("999999999999999.99", "EUR")).toBe("€999,999,999,999,999.99");
  });

  it("is written in currencies without cents, too", () => {
    expect(formatMoney("1500.00", "JPY")).toBe("¥1,500");
  });
});
