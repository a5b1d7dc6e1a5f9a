import createClient from "openapi-fetch";
import { login } from "~/lib/auth/login";
import { Problem } from "./problem";
import type { components, paths } from "./schema";

/** A schema of the API by its name in openapi.json. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

async function send(request: Request, token: string | null): Promise<Response> {
  if (token) request.headers.set("Authorization", `Bearer ${token}`);
  return fetch(request).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw Problem.offline();
  });
}

/** Requests authenticated by password or cookie; their 401 does not mean that the token has expired. */
const WITHOUT_TOKEN = /\/api\/auth\/(login|logout|register|password-reset)\/?$/;

/** Sends a request with the user's token and retries once with a new one if it has expired. */
async function sendSignedIn(request: Request): Promise<Response> {
  if (WITHOUT_TOKEN.test(request.url)) return send(request, null);
  const token = await login.token();
  const retryRequest = request.clone();
  const response = await send(request, token);
  if (response.status !== 401 || token === null) return response;
  const renewed = await login.renew(token);
  return renewed ? send(retryRequest, renewed) : response;
}

/** The API client, typed from openapi.json. */
export const api = createClient<paths>({ baseUrl: globalThis.location?.origin, fetch: sendSignedIn });

api.use({
  async onResponse({ response }) {
    if (!response.ok) throw await Problem.from(response);
  },
});

/** Returns the body of a response. Raises `Problem` unless it succeeded. */
export async function unwrap<T>(call: Promise<{ data?: T; response: Response }>): Promise<T> {
  const { data } = await call;
  return data as T;
}

export type Page<T> = { items: T[]; next: string | null };

/** A page of a list, and the cursor of the next (RFC 8288, `rel="next"`). */
export async function unwrapPage<T>(call: Promise<{ data?: T[]; response: Response }>): Promise<Page<T>> {
  const { data, response } = await call;
  const link = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "");
  const next = link?.[1] ? new URL(link[1], location.origin).searchParams.get("cursor") : null;
  return { items: data ?? [], next };
}

/** A new idempotency key; reuse it for retries of the same request. */
export function newIdempotencyKey(): string {
  return crypto.randomUUID();
}
