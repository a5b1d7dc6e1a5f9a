import { registrationLimits } from "~/lib/api/limits";

export type Strength = "short" | "common" | "own" | "weak" | "fair" | "good" | "strong";

export const MIN_PASSWORD = registrationLimits.password.minLength;

/** What a password must not be: one of the common passwords, in lower case, or the person's own names. */
export type Refused = { common: ReadonlySet<string> | undefined; names: string[] };

/**
 * A rough estimate from length and variety, as guidance while typing; `null` until the common passwords are known. The
 * server decides by length, common passwords and names only (NIST SP 800-63B, 3.1.1.2: no composition rules).
 */
export function passwordStrength(password: string, { common, names }: Refused): Strength | null {
  const length = [...password].length;
  if (length < MIN_PASSWORD) return "short";
  const lower = password.toLowerCase();
  if (names.some((name) => name && name.trim().toLowerCase() === lower)) return "own";
  if (!common) return null;
  if (common.has(lower)) return "common";
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter((kind) =>
    kind.test(password),
  ).length;
  const distinct = new Set(password).size;
  const score = Math.min(length, distinct * 2) + 2 * kinds;
  if (distinct < 5 || score < 13) return "weak";
  if (score < 18) return "fair";
  return score < 24 ? "good" : "strong";
}
