/** Refusals by which the time was lost, and nothing else: another one can be chosen at once. */
export const TIME_LOST = ["sold_out", "creator_unavailable", "not_bookable", "already_booked"] as const;

/** Refusals after which the booking cannot be moved any more. */
export const OVER = ["illegal_transition", "not_found", "too_late"];
