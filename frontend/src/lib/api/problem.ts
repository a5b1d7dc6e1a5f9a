import type { components } from "./schema";

type Body = components["schemas"]["Problem"];

/** What the API refused, as problem+json says it (RFC 9457); `offline` where it could not be reached at all. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  /** Messages by the name of the field that they are about. */
  readonly errors: Record<string, string[]>;
  /** The starts of the sold slots that stand in the way, of a 409 that has some. */
  readonly starts: string[];
  /** Seconds after which it is worth another try. */
  readonly retryAfter: number | null;

  constructor(body: Partial<Body>, retryAfter: number | null = null) {
    super(body.detail || body.title || "");
    this.name = "Problem";
    this.status = body.status ?? 0;
    this.code = body.code ?? "unknown";
    this.errors = (body.errors as Record<string, string[]> | undefined) ?? {};
    this.starts = body.starts ?? [];
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

export function isProblem(error: unknown, code?: string): error is Problem {
  return error instanceof Problem && (code === undefined || error.code === code);
}
