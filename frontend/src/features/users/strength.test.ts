import { describe, expect, it } from "vitest";
import { passwordStrength } from "./strength";

const none = { common: new Set<string>(), names: [] };
const strengthOf = (password: string) => passwordStrength(password, none);

describe("the strength of a password", () => {
  it("is never good for one that the server refuses as common", () => {
    const common = new Set(["password1", "correcthorse"]);
    expect(passwordStrength("Password1", { common, names: [] })).toBe("common");
    expect(passwordStrength("correcthorse", { common, names: [] })).toBe("common");
  });

  it("is unknown until the common passwords are known", () => {
    expect(passwordStrength("correct horse battery staple", { common: undefined, names: [] })).toBeNull();
    expect(passwordStrength("short", { common: undefined, names: [] })).toBe("short");
  });

  it("is refused for the person's own e-mail address", () => {
    const refused = { ...none, names: ["Ada@Example.org ", ""] };
    expect(passwordStrength("ada@example.org", refused)).toBe("own");
  });

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
      const rank = ranks.indexOf(strengthOf(password) ?? "");
      expect(rank).toBeGreaterThanOrEqual(before);
      before = rank;
    }
  });

  it("is strong for a few words in a row, without signs or digits", () => {
    expect(strengthOf("correct horse battery staple")).toBe("strong");
  });
});
