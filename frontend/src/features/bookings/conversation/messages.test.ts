import { describe, expect, it } from "vitest";
import { inOrder, newestOfOther, remaining, unreadAs, unreadOf } from "./messages";

const message = (id: string, author = "me") => ({
  id,
  author,
  text: "Hello.",
  created_at: "2030-01-07T09:00:00Z",
  to_everyone: false,
});

describe("messages", () => {
  it("are shown oldest first, each once, although pages are newest first and may overlap", () => {
    const pages = [{ items: [message("4"), message("3")] }, { items: [message("3"), message("2")] }];
    expect(inOrder({ pages }).map(({ id }) => id)).toEqual(["2", "3", "4"]);
  });

  it("are read up to the newest one of the other party", () => {
    const messages = [message("1", "them"), message("2", "them"), message("3")];
    expect(newestOfOther(messages, "me")?.id).toBe("2");
    expect(newestOfOther([message("3")], "me")).toBeUndefined();
  });

  it("are measured as the server measures them", () => {
    expect(remaining("")).toBe(2000);
    expect(remaining(`  ${"😀".repeat(3)}\n`)).toBe(1997);
    expect(remaining("e\u0301".repeat(2000))).toBe(0);
    expect(remaining("x".repeat(2001))).toBe(-1);
  });

  it("are counted by booking and by party", () => {
    const unread = [
      { booking: "a", as_creator: false, unread: 2 },
      { booking: "b", as_creator: true, unread: 3 },
    ];
    expect([unreadOf(unread, ["a", "c"]), unreadOf(undefined, ["a"])]).toEqual([2, 0]);
    expect([unreadAs(unread, true), unreadAs(unread, false), unreadAs([], true)]).toEqual([3, 2, 0]);
  });
});
