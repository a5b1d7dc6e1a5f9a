import { describe, expect, it } from "vitest";
import { strengthOf } from "./strength";

describe("the strength of a password", () => {
  it("is too short under eight characters, whatever they are", () => {
    expect(strengthOf("")).toBe("short");
    expect(strengthOf("aB3$xY7")).toBe("short");
  });

  it("counts characters as people do, not code units", () => {
    expect(strengthOf("🐙🦊🐳🦉")).toBe("short");
    expect(strengthOf("ä".repeat(7))).toBe("short");
  });

  it("is weak when few characters are repeated", () => {
    expect(strengthOf("aaaaaaaaaaaaaaaaaaaa")).toBe("weak");
    expect(strengthOf("abababababababab")).toBe("weak");
    expect(strengthOf("12345678")).toBe("weak");
  });

  it("never falls when characters of new kinds are added", () => {
    const ranks = ["short", "weak", "fair", "good", "strong"];
    let before = 0;
    for (const password of [
      "seaside",
      "seaside-",
      "seaside-walk",
      "seaside-walk-At",
      "seaside-walk-At-7-pm",
    ]) {
      const rank = ranks.indexOf(strengthOf(password));
      expect(rank).toBeGreaterThanOrEqual(before);
      before = rank;
    }
  });

  it("is strong for a few words in a row, without signs or digits", () => {
    expect(strengthOf("correct horse battery staple")).toBe("strong");
  });
});
