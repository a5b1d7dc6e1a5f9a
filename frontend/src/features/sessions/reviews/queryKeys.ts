export const reviewKeys = {
  all: ["reviews"],
  own: ["reviews", "own"],
  ofSession: (sessionId: string) => ["reviews", "session", sessionId],
};
