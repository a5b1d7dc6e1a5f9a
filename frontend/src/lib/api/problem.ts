import type { components } from "./schema";

/** Why a request failed: a code of the API, `offline`, or `unknown` for an answer without one. */
export type ProblemCode = components["schemas"]["ErrorCode"] | "offline" | "unknown";

type Body = Omit<components["schemas"]["Problem"], "code"> & { code: ProblemCode };

/** An error response of the API as problem+json (RFC 9457); `offline` if the server could not be reached. */
export class Problem extends Error {
  readonly status: number;
  readonly code: ProblemCode;
  /** Messages by field name. */
  readonly errors: Record<string, string[]>;
  /** The starts of the conflicting booked slots, for a 409 that has some. */
  readonly starts: string[];
  /** The price per seat, for a 409 because it has changed. */
  readonly price: string | null;
  /** What stands for the first half of a sign-in whose second factor is due. */
  readonly challenge: string | null;
  /** Seconds to wait before retrying. */
  readonly retryAfter: number | null;

  constructor(body: Partial<Body>, retryAfter: number | null = null) {
    super(body.detail || body.title || "");
    this.name = "Problem";
    this.status = body.status ?? 0;
    this.code = body.code ?? "unknown";
    this.errors = (body.errors as Record<string, string[]> | undefined) ?? {};
    this.starts = body.starts ?? [];
    this.price = body.price ?? null;
    this.challenge = body.challenge ?? null;
    this.retryAfter = retryAfter;
  }

  static async from(response: Response): Promise<Problem> {
    const isProblem = response.headers.get("content-type")?.includes("json") ?? false;
    const body = isProblem ? ((await response.json().catch(() => ({}))) as Partial<Body>) : {};
    const seconds = Number(response.headers.get("retry-after"));
    return new Problem(
      { ...body, status: response.status, code: body.code ?? "unknown" },
      Number.isFinite(seconds) && seconds > 0 ? seconds : null,
    );
  }

  static offline(): Problem {
    return new Problem({ status: 0, code: "offline" });
  }
}

export function isProblem(error: unknown, code?: ProblemCode): error is Problem {
  return error instanceof Problem && (code === undefined || error.code === code);
}
