import { bookingLimits } from "~/lib/api/limits";
/** What a person is about to book, as it stands in the address: so that it is still there after signing in. */
export type Choice = {
  /** The start, as the API wrote it. */
  at?: string;
  seats?: number;
  /** The booking that was just made. */
  booked?: string;
};

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const MAX_SEATS = bookingLimits.seats.maximum;

/** What of an address makes sense; the rest is left out. */
export function validateChoice({ at, seats, booked }: Record<string, unknown>): Choice {
  const count = Number(seats);
  return {
    ...(typeof at === "string" && INSTANT.test(at) && !Number.isNaN(Date.parse(at)) && { at }),
    ...(Number.isInteger(count) && count > 1 && count <= MAX_SEATS && { seats: count }),
    ...(typeof booked === "string" && UUID.test(booked) && { booked }),
  };
}
