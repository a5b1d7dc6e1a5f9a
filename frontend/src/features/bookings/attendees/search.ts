/** Which bookings a creator looks at, as it stands in the address: so that back, reload and sharing work. */

export const VIEWS = ["upcoming", "requests", "past", "cancelled"] as const;
export type View = (typeof VIEWS)[number];

export type AttendeesSearch = {
  /** Absent: what is to come. */
  show?: Exclude<View, "upcoming">;
  /** A session's id. */
  session?: string;
  /** Days of the viewer's calendar, "2026-12-03", both included. */
  from?: string;
  to?: string;
};

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** What of an address makes sense; the rest is left out. */
export function validateAttendees(given: Record<string, unknown>): AttendeesSearch {
  const show = VIEWS.find((view) => view === given.show);
  const [from, to] = [day(given.from), day(given.to)];
  return {
    ...(show && show !== "upcoming" && { show }),
    ...(typeof given.session === "string" && UUID.test(given.session) && { session: given.session }),
    ...(from && { from }),
    ...(to && (!from || from <= to) && { to }),
  };
}

export function viewOf({ show }: AttendeesSearch): View {
  return show ?? "upcoming";
}

export function isNarrowed({ session, from, to }: AttendeesSearch): boolean {
  return Boolean(session || from || to);
}

function day(given: unknown): string | undefined {
  if (typeof given !== "string" || !/^\d{4}-\d\d-\d\d$/.test(given)) return undefined;
  const date = new Date(`${given}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(given) ? given : undefined;
}
