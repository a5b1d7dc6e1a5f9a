/**
 * The keys of every query, so that a change names what to refetch by the same key as the query.
 * A key begins with those of the lists that contain it: `queryKeys.bookings.all` matches every query of bookings.
 */
export const queryKeys = {
  me: ["me"],
  logins: ["logins"],
  apiKeys: ["api-keys"],
  secondFactor: ["second-factor"],
  passkeys: ["passkeys"],
  providers: ["providers"],
  identities: ["identities"],
  arrival: ["arrival"],
  challenge: ["arrival", "challenge"],
  mailState: ["mail-state"],
  preferences: ["preferences"],
  sentMail: ["sent-mail"],
  marketplace: ["marketplace"],
  timeZones: {
    all: ["time-zones"],
    offsets: (zone: string) => ["time-zones", "offsets", zone],
  },
  calendarFeed: ["calendar", "feed"],
  slots: {
    all: ["slots"],
    ofSession: (sessionId: string) => ["slots", sessionId],
    suggested: (sessionId: string, zone: string, day: string) => ["slots", sessionId, zone, "suggested", day],
    month: (sessionId: string, zone: string, month: string) => ["slots", sessionId, zone, month],
  },
  schedule: {
    hours: ["schedule-hours"],
    ofSession: (sessionId: string) => ["schedule", sessionId],
    preview: (sessionId: string, schedule: unknown, window: unknown) => [
      "schedule-preview",
      sessionId,
      schedule,
      window,
    ],
  },
  sessions: {
    all: ["sessions"],
    one: (id: string) => ["sessions", "one", id],
    catalog: (search: unknown, zone: string | null) => ["sessions", "catalog", search, zone],
    page: (search: unknown, zone: string | null, cursor: string | null) => [
      "sessions",
      "page",
      search,
      zone,
      cursor,
    ],
    facets: (search: unknown, zone: string | null) => ["sessions", "facets", search, zone],
    suggestions: (text: string) => ["suggestions", text],
    ofCreator: (creator: string) => ["sessions", "of-creator", creator],
    own: ["sessions", "own"],
    ownTitles: ["sessions", "own", "titles"],
  },
  creators: {
    one: (username: string) => ["creators", username],
  },
  favourites: {
    all: ["favourites"],
    ids: ["favourites", "ids"],
    list: ["favourites", "list"],
  },
  creator: {
    all: ["creator"],
    summary: ["creator", "summary"],
    earnings: ["creator", "earnings"],
  },
  bookings: {
    all: ["bookings"],
    one: (id: string) => ["bookings", "one", id],
    created: (id: string) => ["bookings", "created", id],
    own: (tab: string) => ["bookings", "own", tab],
    existing: (sessionId: string) => ["bookings", "existing", sessionId],
    overlapping: (startsAt: string) => ["bookings", "overlapping", startsAt],
    attendees: (search: unknown, zone: string) => ["bookings", "attendees", search, zone],
    ofSlot: (sessionId: string, startsAt: string) => ["bookings", "slot", sessionId, startsAt],
  },
};
