/** Query keys of conversations, loaded with them: see `lib/api/queryKeys`. */
export const messageKeys = {
  unread: ["messages", "unread"],
  ofBooking: (id: string) => ["messages", "booking", id],
  forStaff: (id: string) => ["messages", "staff", id],
};
