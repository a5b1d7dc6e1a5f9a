import { expect, it } from "vitest";
import type { PaymentTimeline } from "./queries";
import { amountIn, keyOf, readPercent, readRefund, refundableOf, stateOf, timelineOf } from "./rules";

it("a refund is any part of what is left", () => {
  const left = refundableOf({ captured: "40.00", refund_claimed: "10.00" });
  expect(left).toBe("30.00");
  const cases = {
    "30": { amount: "30" },
    "29,99": { amount: "29.99" },
    "30.01": { fault: "above" },
    "0.00": { fault: "none" },
    "-1": { fault: "none" },
    "1.001": { fault: "none" },
    "": { fault: "none" },
  };
  const found = Object.keys(cases).map((text) => [text, readRefund(text, left, 2)]);
  expect(Object.fromEntries(found)).toEqual(cases);
});

it("a commission is a percentage up to 50 with two decimals", () => {
  expect(["12.5", "0", "7,25", " 50 ", "50.01", "1.234", "-1", "x", ""].map(readPercent)).toEqual([
    "12.5",
    "0",
    "7.25",
    "50",
    null,
    null,
    null,
    null,
    null,
  ]);
});

it("a timeline is in order of time, a posting after the operation of the same instant", () => {
  const entries = timelineOf({
    operations: [
      { id: "open", created_at: "2030-01-01T10:00:00Z" },
      { id: "refund", created_at: "2030-01-01T12:00:00.5Z" },
    ],
    transactions: [
      { id: "paid", at: "2030-01-01T10:00:00.250Z" },
      { id: "returned", at: "2030-01-01T12:00:00.5Z" },
    ],
    disputes: [
      { ref: "d1", state: "lost", opened_at: "2030-01-01T11:00:00Z", closed_at: "2030-01-01T13:00:00Z" },
      { ref: "d2", state: "open", opened_at: "2030-01-01T14:00:00Z", closed_at: null },
    ],
    notices: [{ id: "n1", kind: "payment.paid", recorded_at: "2030-01-01T10:00:00.250Z" }],
  } as unknown as PaymentTimeline);
  expect(entries.map(keyOf)).toEqual([
    "open",
    "n1",
    "paid",
    "d1 opened",
    "refund",
    "returned",
    "d1 lost",
    "d2 opened",
  ]);
});

it("an amount is shown in its own currency", () => {
  expect(amountIn("1500", "JPY")).toBe("¥1,500");
  expect(amountIn("12.50", "EUR")).toBe("€12.50");
});

it("an operation that the provider has started is on its way", () => {
  const operation = (state: string, provider_ref: string | null) =>
    stateOf({ state, provider_ref } as Parameters<typeof stateOf>[0]);
  expect([operation("asked", null), operation("asked", "re_1"), operation("done", "re_1")]).toEqual([
    "asked",
    "started",
    "done",
  ]);
});
