import { afterEach, expect, test, vi } from "vitest";
import { stepUp } from "./stepUp";

let leave: (() => void) | null = null;

/** Opens a page with the dialog, and returns what it shows each time that something changes. */
function page() {
  const shown: (readonly string[] | null)[] = [];
  leave = stepUp.subscribe(() => shown.push(stepUp.methods()));
  return shown;
}

afterEach(() => {
  stepUp.settle(false);
  leave?.();
  leave = null;
});

test("a request without a page to ask on is given up", async () => {
  expect(await stepUp.ask(["password"])).toBe(false);
  expect(stepUp.methods()).toBeNull();
});

test("all requests wait for the one dialog, which shows the methods of the first", async () => {
  const shown = page();

  const answers = Promise.all([stepUp.ask(["password", "passkey"]), stepUp.ask(["totp"])]);
  expect(shown).toEqual([["password", "passkey"]]);
  stepUp.settle(true);

  expect(await answers).toEqual([true, true]);
  expect(shown).toEqual([["password", "passkey"], null]);
});

test("requests are given up when the dialog is closed, and the next one asks again", async () => {
  page();
  const first = stepUp.ask(["password"]);
  stepUp.settle(false);
  expect(await first).toBe(false);

  const second = stepUp.ask(["passkey"]);
  expect(stepUp.methods()).toEqual(["passkey"]);
  stepUp.settle(true);
  expect(await second).toBe(true);
});

test("an answer that nothing waits for changes nothing", () => {
  const listener = vi.fn();
  leave = stepUp.subscribe(listener);

  stepUp.settle(true);

  expect(stepUp.methods()).toBeNull();
});

test("a page that was left is not called", async () => {
  const shown = page();
  leave?.();

  expect(await stepUp.ask(["password"])).toBe(false);
  expect(shown).toEqual([]);
});
