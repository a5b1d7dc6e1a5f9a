import { describe, expect, it } from "vitest";
import { nextOf } from "./next";

describe("where to go after signing in", () => {
  it("is a path of ours, with its search and its anchor", () => {
    for (const next of ["/", "/dashboard?tab=past", "/sessions/1?day=2026-12-03#book", "/profile#calendar"]) {
      expect(nextOf({ next })).toEqual({ next });
    }
  });

  it("is never another site, however it is written", () => {
    for (const next of [
      "https://evil.example",
      "//evil.example",
      "/\\evil.example",
      "/\t/evil.example",
      "/\n/evil.example",
      "/ok\\..\\evil",
      "javascript:alert(1)",
      " /dashboard",
      "dashboard",
      "",
    ]) {
      expect(nextOf({ next })).toEqual({});
    }
  });

  it("is left out when it is no text", () => {
    expect(nextOf({})).toEqual({});
    expect(nextOf({ next: 7 })).toEqual({});
    expect(nextOf({ next: ["/a"] })).toEqual({});
  });
});
