import { expect, it } from "vitest";
import { perBooking } from "./perBooking";
import type { Change } from "./queries";

let number = 0;

function change(kind: Change["kind"], booking: string, amounts: [string, string, string]): Change {
  const [held, earned, commission] = amounts;
  number += 1;
  return {
    id: String(number),
    at: `2030-01-${String(31 - number).padStart(2, "0")}T10:00:00Z`,
    kind,
    booking,
    title: "Yoga",
    held,
    earned,
    commission,
  };
}

it("changes are summed by booking, newest first", () => {
  const rows = perBooking([
    change("refund", "partly", ["0.00", "-9.00", "-1.00"]),
    change("refund", "returned", ["-20.00", "0.00", "0.00"]),
    change("earning", "partly", ["-40.00", "36.00", "4.00"]),
    change("fee", "partly", ["0.00", "0.00", "0.00"]),
    change("payment", "partly", ["40.00", "0.00", "0.00"]),
    change("payment", "held", ["20.50", "0.00", "0.00"]),
    change("payment", "returned", ["20.00", "0.00", "0.00"]),
  ]);
  expect(rows.map(({ at: _, title: __, ...row }) => row)).toEqual([
    {
      booking: "partly",
      paid: "40.00",
      returned: "10.00",
      commission: "3.00",
      yours: "27.00",
      state: "earned",
    },
    {
      booking: "returned",
      paid: "20.00",
      returned: "20.00",
      commission: "0.00",
      yours: "0.00",
      state: "returned",
    },
    { booking: "held", paid: "20.50", returned: "0", commission: "0.00", yours: "20.50", state: "held" },
  ]);
});

it("a booking whose payment is not loaded yet is left out", () => {
  expect(perBooking([change("earning", "cut", ["-20.00", "20.00", "0.00"])])).toEqual([]);
});
