import createClient from "openapi-fetch";
import { login } from "~/lib/auth/login";
import { stepUp } from "~/lib/auth/stepUp";
import { takeEarly } from "./early";
import { Problem } from "./problem";
import type { components, paths } from "./schema";

/** A schema of the API by its name in openapi.json. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

async function send(request: Request, token: string | null): Promise<Response> {
  if (token) request.headers.set("Authorization", `Bearer ${token}`);
  const early = token ? undefined : takeEarly(request)?.catch(() => fetch(request));
  return (early ?? fetch(request)).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw Problem.offline();
  });
}

/** Requests authenticated by password or cookie; their 401 does not mean that the token has expired. */
const WITHOUT_TOKEN =
  /\/api\/auth\/(login(\/second-factor)?|logout|register|password-reset|forgot-password|verify-email)\/?$/;

type Refusal = { code?: string; methods?: string[] };

/** What a problem says, read from a copy of the response. */
async function refusalOf(response: Response): Promise<Refusal> {
  return response
    .clone()
    .json()
    .then((body: Refusal | null) => body ?? {})
    .catch(() => ({}));
}

/**
 * Sends a request with the user's token. Retries once with a new one if it has expired, and once after the user has
 * proved who they are, if the server asks for that.
 */
async function sendSignedIn(request: Request): Promise<Response> {
  if (WITHOUT_TOKEN.test(request.url)) return send(request, null);
  let token = await login.token();
  const spare = request.clone();
  let response = await send(request, token);
  if (response.status === 401 && token !== null) {
    // a wrong password or code is no expired token
    if ((await refusalOf(response)).code?.startsWith("bad_")) return response;
    token = await login.renew(token);
    if (!token) return response;
    response = await send(spare.clone(), token);
  }
  if (response.status !== 403) return response;
  const { code, methods = [] } = await refusalOf(response);
  if (code !== "reauthentication_required" || !(await stepUp.ask(methods))) return response;
  return send(spare, await login.token());
}

/** Sends a request without the token, for what is the same for everybody: the server answers from what it keeps. */
export function sendAsVisitor(request: Request): Promise<Response> {
  return send(request, null);
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

type ListCall<T> = Promise<{ data?: T[]; response: Response }>;

/** A page of a list, and the cursor, or another parameter, of the next (RFC 8288, `rel="next"`). */
export async function unwrapPage<T>(call: ListCall<T>, parameter = "cursor"): Promise<Page<T>> {
  const { data, response } = await call;
  const link = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "");
  const next = new URLSearchParams(link?.[1]?.split("?")[1]).get(parameter);
  return { items: data ?? [], next };
}

/** Every item of a list, page by page; `fetchPage` is called with the value of `parameter` in the link to the page. */
export async function unwrapAll<T>(
  fetchPage: (value?: string) => ListCall<T>,
  parameter: string,
): Promise<T[]> {
  let { items, next } = await unwrapPage(fetchPage(), parameter);
  while (next !== null) {
    const page = await unwrapPage(fetchPage(next), parameter);
    items = items.concat(page.items);
    next = page.next;
  }
  return items;
}

/** A new idempotency key; reuse it for retries of the same request. */
export function newIdempotencyKey(): string {
  return crypto.randomUUID();
}
