import { registrationLimits } from "~/lib/api/limits";
export type Strength = "short" | "weak" | "fair" | "good" | "strong";

export const MIN_PASSWORD = registrationLimits.password.minLength;

/**
 * A rough estimate from length and variety, as guidance while typing; the server checks the length only (NIST SP
 * 800-63B, 5.1.1.2: no composition rules).
 */
export function passwordStrength(password: string): Strength {
  const length = [...password].length;
  if (length < MIN_PASSWORD) return "short";
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter((kind) =>
    kind.test(password),
  ).length;
  const distinct = new Set(password).size;
  const score = Math.min(length, distinct * 2) + 2 * kinds;
  if (distinct < 5 || score < 13) return "weak";
  if (score < 18) return "fair";
  return score < 24 ? "good" : "strong";
}
