declare global {
  /** What boot.js has requested before the application ran, by address. */
  var earlyAnswers: Map<string, Promise<Response>> | undefined;
}

/** Milliseconds since the page was opened, after which an early answer may be out of date. */
const MAX_AGE = 10_000;

/** Takes the answer to a GET that boot.js has requested, once; `undefined` if there is none. */
export function takeEarly({ method, url }: Request, now = performance.now()): Promise<Response> | undefined {
  if (method !== "GET" || now > MAX_AGE) return undefined;
  const answer = globalThis.earlyAnswers?.get(url);
  globalThis.earlyAnswers?.delete(url);
  return answer;
}
