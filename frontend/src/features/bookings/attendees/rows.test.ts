import { expect, it } from "vitest";
import type { Booking } from "../types";
import { toCsv } from "./csv";
import { toCsvRows } from "./rows";
import type { Texts } from "./texts";

const t = ((key: string) => key) as unknown as Texts;

const booking = {
  terms: { title: '=HYPERLINK("https://evil.example")' },
  booking_date: "2026-12-03T17:30:00Z",
  ends_at: "2026-12-03T18:30:00Z",
  user_details: { first_name: "Zoë", last_name: "Müller", username: "zoe", email: "+zoe@example.org" },
  seats: 2,
  amount: "98.00",
  status: "confirmed",
  created_at: "2026-11-01T09:00:00Z",
} as unknown as Booking;
const options = { zone: "Europe/Rome", currency: "EUR", statusOf: (status: string) => status };

it("a booking is a row with local times and no formulas", () => {
  const rows = toCsvRows([booking], t, options);

  expect(rows[1]).toHaveLength(rows[0]?.length ?? 0);
  expect(toCsv(rows).split("\r\n")[1]).toBe(
    [
      `"'=HYPERLINK(""https://evil.example"")"`,
      '"2026-12-03","18:30","19:30","Europe/Rome","UTC+1","2026-12-03T17:30:00Z"',
      `"Zoë Müller","'+zoe@example.org",2,"98.00","EUR","confirmed","2026-11-01T09:00:00Z"`,
    ].join(","),
  );
});

it("an address that is not shared has no column", () => {
  const person = { ...booking.user_details, email: null };

  const [head, row] = toCsvRows([{ ...booking, user_details: person }], t, options);

  expect(head).not.toContain("csv.email");
  expect(row).toHaveLength(head?.length ?? 0);
  expect(toCsvRows([booking], t, options)[0]).toContain("csv.email");
});

it("a hold that is not paid says so, as its badge does", () => {
  const hold = { ...booking, status: "pending", pay_by: "2026-11-01T09:15:00Z" } as Booking;
  const request = { ...hold, pay_by: null } as Booking;

  const statuses = toCsvRows([hold, request], t, options).map((row) => row.at(-2));

  expect(statuses).toEqual(["csv.status", "unpaid", "pending"]);
});
