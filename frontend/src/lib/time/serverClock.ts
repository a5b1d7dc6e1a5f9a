import { useEffect, useState } from "react";
import { api } from "~/lib/api/client";

/** Milliseconds that the API's clock is ahead of this device's. */
let ahead = 0;

/**
 * How far the API is ahead of this device, in milliseconds, by the time that it tells signed-in clients. `Date` is the
 * time of a proxy, in whole seconds, and not that of a demo whose clock was moved.
 */
export function aheadOf(headers: Headers, receivedAt: number): number | null {
  const told = Number(headers.get("x-server-time") ?? Number.NaN);
  return Number.isFinite(told) ? told - receivedAt : null;
}

// Loaded with the pages that count down, so that no other page has it.
api.use({
  onResponse({ response }) {
    ahead = aheadOf(response.headers, Date.now()) ?? ahead;
  },
});

/** The server's time now: a deadline of the server is not that of a device whose clock is wrong. */
export function serverNow(): Date {
  return new Date(Date.now() + ahead);
}

/** The server's time, updated every second. */
export function useServerNow(): Date {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
