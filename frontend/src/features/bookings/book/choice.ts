/** What the user is about to book. Lives in the URL, so that it survives signing in. */
export type Choice = {
  /** The start, exactly as the API returned it. */
  at?: string;
  seats?: number;
  /** The booking that was just made. */
  booked?: string;
};

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Keeps valid parameters and drops the rest. How many seats a session has is not known here. */
export function validateChoice({ at, seats, booked }: Record<string, unknown>): Choice {
  const count = Number(seats);
  return {
    ...(typeof at === "string" && INSTANT.test(at) && !Number.isNaN(Date.parse(at)) && { at }),
    ...(Number.isInteger(count) && count > 1 && { seats: count }),
    ...(typeof booked === "string" && UUID.test(booked) && { booked }),
  };
}
