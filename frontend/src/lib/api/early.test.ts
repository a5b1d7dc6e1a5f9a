import { expect, it } from "vitest";
import { takeEarly } from "./early";

const ADDRESS = "http://localhost/api/sessions";

function requestedEarly(): Promise<Response> {
  const answer = Promise.resolve(new Response("[]"));
  globalThis.earlyAnswers = new Map([[ADDRESS, answer]]);
  return answer;
}

it("an early answer is taken once", () => {
  const answer = requestedEarly();

  expect(takeEarly(new Request(ADDRESS), 500)).toBe(answer);
  expect(takeEarly(new Request(ADDRESS), 600)).toBeUndefined();
});

it("an early answer is not taken by requests that change something, or of another address", () => {
  requestedEarly();

  expect(takeEarly(new Request(ADDRESS, { method: "POST" }), 500)).toBeUndefined();
  expect(takeEarly(new Request(`${ADDRESS}?limit=1`), 500)).toBeUndefined();
});

it("an early answer that waited for long is not taken", () => {
  requestedEarly();

  expect(takeEarly(new Request(ADDRESS), 11_000)).toBeUndefined();
});
