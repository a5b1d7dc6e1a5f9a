/** The selected time is no longer available; another can be chosen. */
export const SLOT_TAKEN_CODES = [
  "sold_out",
  "creator_unavailable",
  "not_bookable",
  "already_booked",
] as const;

/** The booking can no longer be rescheduled. */
export const NOT_CHANGEABLE_CODES = ["illegal_transition", "not_found", "too_late"];
