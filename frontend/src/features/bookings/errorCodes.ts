/** Refusals by which the time was lost, and nothing else: another one can be chosen at once. */
export const SLOT_TAKEN_CODES = [
  "sold_out",
  "creator_unavailable",
  "not_bookable",
  "already_booked",
] as const;

/** Refusals after which the booking cannot be moved any more. */
export const NOT_CHANGEABLE_CODES = ["illegal_transition", "not_found", "too_late"];
