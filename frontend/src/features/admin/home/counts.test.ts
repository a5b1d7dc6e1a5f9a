import { expect, it } from "vitest";
import { countShown } from "./counts";

it("a number at its cap says that there may be more", () => {
  expect(countShown("held_messages", 1_000)).toBe("1,000+");
  expect(countShown("parked_payments", 1_000)).toBe("1,000+");
  expect(countShown("failed_messages", 999)).toBe("999");
});

it("a number without a cap is exact", () => {
  expect(countShown("open_reports", 1_000)).toBe("1,000");
});
