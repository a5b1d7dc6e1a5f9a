import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { followSeats, type LiveEvent } from "./stream";

const SESSION = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";

class FakeSource {
  static readonly CLOSED = 2;
  static opened: FakeSource[] = [];
  readyState = 1;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  private readonly listeners = new Map<string, (event: { data: string }) => void>();

  constructor(readonly url: string) {
    FakeSource.opened.push(this);
  }

  addEventListener(name: string, listener: (event: { data: string }) => void) {
    this.listeners.set(name, listener);
  }

  send(name: string, data: object) {
    this.listeners.get(name)?.({ data: JSON.stringify(data) });
  }

  fail() {
    this.readyState = FakeSource.CLOSED;
    this.onerror?.();
  }

  close() {
    this.readyState = FakeSource.CLOSED;
  }
}

class FakePage extends EventTarget {
  visibilityState: DocumentVisibilityState = "visible";

  becomes(state: DocumentVisibilityState) {
    this.visibilityState = state;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

let page: FakePage;
let events: LiveEvent[];
let stop: () => void;

beforeEach(() => {
  page = new FakePage();
  events = [];
  FakeSource.opened = [];
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeSource);
  vi.stubGlobal("BroadcastChannel", undefined);
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("document", page);
});

afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const follow = () => {
  stop = followSeats(SESSION, (event) => events.push(event));
};

test("a page without Web Locks has a stream of its own, and reads once for what it missed", () => {
  follow();
  FakeSource.opened[0]?.send("seats", { session: SESSION, starts: [] });

  expect(FakeSource.opened.map(({ url }) => url)).toEqual([`/api/sessions/${SESSION}/live/`]);
  expect(events.map(({ name }) => name)).toEqual(["reread", "seats"]);
});

test("a hidden page has no stream, and reads when it is shown again", () => {
  follow();
  page.becomes("hidden");
  expect(FakeSource.opened[0]?.readyState).toBe(FakeSource.CLOSED);

  page.becomes("visible");
  expect(FakeSource.opened).toHaveLength(2);
  expect(events.map(({ name }) => name)).toEqual(["reread", "reread"]);
});

test("a refused stream is opened again, later each time", () => {
  follow();
  FakeSource.opened[0]?.fail();
  vi.advanceTimersByTime(2_000);
  expect(FakeSource.opened).toHaveLength(1);
  vi.advanceTimersByTime(6_000);
  expect(FakeSource.opened).toHaveLength(2);

  FakeSource.opened[1]?.fail();
  vi.advanceTimersByTime(4_900);
  expect(FakeSource.opened).toHaveLength(2);
  vi.advanceTimersByTime(11_000);
  expect(FakeSource.opened).toHaveLength(3);
});

test("the stream of a session that is gone is not opened again", () => {
  follow();
  FakeSource.opened[0]?.send("gone", { session: SESSION });
  vi.advanceTimersByTime(100_000);

  expect(FakeSource.opened).toHaveLength(1);
  expect(events.at(-1)?.name).toBe("gone");
});

test("events of another session are not heard", () => {
  follow();
  FakeSource.opened[0]?.send("seats", { session: "another", starts: [] });

  expect(events.map(({ name }) => name)).toEqual(["reread"]);
});
