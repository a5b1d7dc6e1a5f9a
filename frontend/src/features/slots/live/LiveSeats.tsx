import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { queryKeys } from "~/lib/api/queryKeys";
import { hasFewSeatsLeft } from "../bookable";
import type { Slot } from "../queries";
import { useTexts } from "../texts";
import { applySeats, isSameStart } from "./seats";
import { followSeats } from "./stream";

/**
 * Milliseconds after which a list is read again, at random: the proxy keeps an answer for a second, so one that comes
 * sooner may be from before the change, and all pages would ask at once.
 */
const [REREAD_FROM, REREAD_TO] = [1_500, 4_000];
/** Milliseconds in which an answer may be older than a change that was told. */
const MAY_LAG = 3_000;

/**
 * Keeps the loaded starts of a session up to date while the page is visible. Announces politely when the chosen time
 * has few seats left, or none. Without a stream, lists are read again as before: each minute and on focus.
 */
export function LiveSeats({ sessionId, chosen }: { sessionId: string; chosen: string | null }) {
  const t = useTexts();
  const client = useQueryClient();
  const [changed, setChanged] = useState<Slot | null>(null);
  const current = useRef(chosen);
  useEffect(() => {
    current.current = chosen;
    setChanged((slot) => (slot && chosen && isSameStart(slot, { starts_at: chosen }) ? slot : null));
  }, [chosen]);

  useEffect(() => {
    const slotsKey = queryKeys.slots.ofSession(sessionId);
    let told: { starts: Slot[]; at: number }[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;

    const reread = () => {
      timer ??= setTimeout(
        () => {
          timer = undefined;
          void client.invalidateQueries({ queryKey: slotsKey });
        },
        REREAD_FROM + Math.random() * (REREAD_TO - REREAD_FROM),
      );
    };

    const stop = followSeats(sessionId, (event) => {
      if (event.name === "reread") return reread();
      if (event.name === "gone") {
        return void client.invalidateQueries({ queryKey: queryKeys.sessions.one(sessionId) });
      }
      told = [
        ...told.filter(({ at }) => at > Date.now() - MAY_LAG),
        { starts: event.starts, at: Date.now() },
      ];
      applySeats(client, sessionId, event.starts);
      const at = current.current;
      const slot = at && event.starts.find((start) => isSameStart(start, { starts_at: at }));
      if (slot) setChanged(slot);
    });
    const unsubscribe = client.getQueryCache().subscribe((event) => {
      if (event.type !== "updated" || event.action.type !== "success" || event.action.manual) return;
      if (slotsKey.some((part, place) => event.query.queryKey[place] !== part)) return;
      for (const { starts, at } of told) {
        if (at > Date.now() - MAY_LAG) applySeats(client, sessionId, starts);
      }
    });
    return () => {
      stop();
      unsubscribe();
      clearTimeout(timer);
    };
  }, [client, sessionId]);

  return (
    <p role="status" className="sr-only">
      {changed &&
        (changed.seats_left === 0
          ? t("live_none")
          : hasFewSeatsLeft(changed)
            ? t("live_few", { count: changed.seats_left })
            : null)}
    </p>
  );
}
