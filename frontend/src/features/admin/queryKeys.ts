/** Query keys of the back office, loaded with it: see `lib/api/queryKeys`. */
export const adminKeys = {
  all: ["admin"],
  noun: (noun: string) => ["admin", noun],
  one: (noun: string, id: string) => ["admin", noun, "one", id],
  list: (noun: string, query: unknown) => ["admin", noun, "list", query],
  newest: (noun: string, userId: string) => ["admin", noun, "newest", userId],
  picker: (kind: string, search: string) => ["admin", "picker", kind, search],
  bookedSlots: (userId: string) => ["admin", "users", "booked-slots", userId],
  bulkPreview: (request: unknown) => ["admin", "bulk", "preview", request],
  bulkReport: (id: string, refused: number, page: number) => ["admin", "bulk", "report", id, refused, page],
  dashboard: (days: number) => ["admin", "dashboard", days],
  jobs: ["admin", "jobs"],
  waysIn: (userId: string) => ["admin", "users", "ways-in", userId],
  waitlist: (sessionId: string) => ["admin", "sessions", "waitlist", sessionId],
  apiKeys: (userId: string) => ["admin", "users", "api-keys", userId],
  mails: (of: unknown) => ["admin", "mails", of],
};
