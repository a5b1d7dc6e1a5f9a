import { useEffect, useState } from "react";
import { api } from "~/lib/api/client";

/** Milliseconds that the server's clock is ahead of this device's. */
let ahead = 0;

/** How far a server is ahead of this device, in milliseconds, by the `Date` header of its answer, which has whole seconds. */
export function aheadOf(date: string | null, receivedAt: number): number | null {
  const sentAt = Date.parse(date ?? "");
  return Number.isNaN(sentAt) ? null : sentAt + 500 - receivedAt;
}

// Loaded with the pages that count down, so that no other page has it.
api.use({
  onResponse({ response }) {
    ahead = aheadOf(response.headers.get("date"), Date.now()) ?? ahead;
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
