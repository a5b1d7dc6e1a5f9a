import { describe, expect, it } from "vitest";
import { passwordStrength } from "./strength";

describe("the strength of a password", () => {
  it("is too short under eight characters, whatever they are", () => {
    expect(passwordStrength("")).toBe("short");
    expect(passwordStrength("aB3$xY7")).toBe("short");
  });

  it("counts characters as people do, not code units", () => {
    expect(passwordStrength("🐙🦊🐳🦉")).toBe("short");
    expect(passwordStrength("ä".repeat(7))).toBe("short");
  });

  it("is weak when few characters are repeated", () => {
    expect(passwordStrength("aaaaaaaaaaaaaaaaaaaa")).toBe("weak");
    expect(passwordStrength("abababababababab")).toBe("weak");
    expect(passwordStrength("12345678")).toBe("weak");
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
      const rank = ranks.indexOf(passwordStrength(password));
      expect(rank).toBeGreaterThanOrEqual(before);
      before = rank;
    }
  });

  it("is strong for a few words in a row, without signs or digits", () => {
    expect(passwordStrength("correct horse battery staple")).toBe("strong");
  });
});
