/** Search parameters of the attendees page. They live in the URL, so that back, reload and sharing work. */

export const VIEWS = ["upcoming", "requests", "past", "cancelled"] as const;
export type View = (typeof VIEWS)[number];

export type AttendeesSearch = {
  /** Absent: upcoming. */
  show?: Exclude<View, "upcoming">;
  /** Session id. */
  session?: string;
  /** Days in the viewer's zone, "2026-12-03", both inclusive. */
  from?: string;
  to?: string;
  /** The booking whose details are open. */
  booking?: string;
};

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Keeps valid parameters and drops the rest. */
export function validateAttendees(value: Record<string, unknown>): AttendeesSearch {
  const show = VIEWS.find((view) => view === value.show);
  const [from, to] = [day(value.from), day(value.to)];
  return {
    ...(show && show !== "upcoming" && { show }),
    ...(typeof value.session === "string" && UUID.test(value.session) && { session: value.session }),
    ...(typeof value.booking === "string" && UUID.test(value.booking) && { booking: value.booking }),
    ...(from && { from }),
    ...(to && (!from || from <= to) && { to }),
  };
}

export function currentView({ show }: AttendeesSearch): View {
  return show ?? "upcoming";
}

export function isNarrowed({ session, from, to }: AttendeesSearch): boolean {
  return Boolean(session || from || to);
}

function day(value: unknown): string | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d$/.test(value)) return undefined;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value) ? value : undefined;
}
