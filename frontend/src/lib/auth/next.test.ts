import { describe, expect, it } from "vitest";
import { validateNext } from "./next";

describe("where to go after signing in", () => {
  it("is a path of this site with its search and hash", () => {
    for (const next of ["/", "/dashboard?tab=past", "/sessions/1?day=2026-12-03#book", "/profile#calendar"]) {
      expect(validateNext({ next })).toEqual({ next });
    }
  });

  it("is never another site", () => {
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
      expect(validateNext({ next })).toEqual({});
    }
  });

  it("is dropped when it is not text", () => {
    expect(validateNext({})).toEqual({});
    expect(validateNext({ next: 7 })).toEqual({});
    expect(validateNext({ next: ["/a"] })).toEqual({});
  });
});
