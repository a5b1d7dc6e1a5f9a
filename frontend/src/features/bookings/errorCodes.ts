import type { ProblemCode } from "~/lib/api/problem";

/** The selected time is no longer available; another can be chosen. */
export const SLOT_TAKEN_CODES = [
  "sold_out",
  "creator_unavailable",
  "not_bookable",
  "already_booked",
] as const satisfies ProblemCode[];

/** The booking can no longer be rescheduled. */
export const NOT_CHANGEABLE_CODES = [
  "illegal_transition",
  "not_found",
  "too_late",
] as const satisfies ProblemCode[];
