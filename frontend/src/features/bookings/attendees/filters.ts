import { addDays, startOfDay } from "~/lib/time/days";
import type { Booking } from "../types";
import { type AttendeesSearch, currentView, type View } from "./search";

/** The maximum duration of a session: one that started earlier has ended. */
const DAY = 86_400_000;

const STATUSES = {
  upcoming: ["pending", "confirmed"],
  requests: ["pending", "confirmed"],
  past: ["confirmed", "completed"],
  cancelled: ["cancelled"],
} as const satisfies Record<View, Booking["status"][]>;

export type Filters = {
  status: Booking["status"][];
  /** Pending bookings, and confirmed ones with a requested start. */
  awaiting_response?: boolean;
  session?: string;
  starts_from?: string;
  starts_to?: string;
  ordering: "booking_date" | "-booking_date";
};

/** The API parameters of a search. Days are in `zone`; "upcoming" depends on `now`. */
export function toApiFilters(search: AttendeesSearch, zone: string, now: Date): Filters {
  const view = currentView(search);
  const from = search.from && startOfDay(search.from, zone);
  const to = search.to && startOfDay(addDays(search.to), zone);
  const recent = new Date(now.getTime() - DAY).toISOString();
  return {
    status: [...STATUSES[view]],
    ...(view === "requests" && { awaiting_response: true }),
    session: search.session,
    starts_from: view === "upcoming" ? latest(from, recent) : from,
    starts_to: view === "past" ? earliest(to, now.toISOString()) : to,
    ordering: view === "upcoming" || view === "requests" ? "booking_date" : "-booking_date",
  };
}

/** Whether a booking still belongs in its view as time passes. */
export function isInView(
  { status, ends_at }: Pick<Booking, "status" | "ends_at">,
  view: View,
  now: Date,
): boolean {
  const isOver = new Date(ends_at) <= now;
  if (view === "upcoming") return !isOver;
  return view !== "past" || isOver || status === "completed";
}

function latest(one: string | undefined, other: string): string {
  return one && one > other ? one : other;
}

function earliest(one: string | undefined, other: string): string {
  return one && one < other ? one : other;
}
