import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import type { Session } from "~/features/sessions/queries";
import type { PickedTime } from "~/features/slots/bookable";
import { slotsQuery } from "~/features/slots/queries";
import { createKeyFor } from "~/lib/api/idempotencyKeys";
import { isProblem, type Problem } from "~/lib/api/problem";
import { queryClient } from "~/lib/api/queryClient";
import { meQuery } from "~/lib/auth/me";
import { monthOf } from "~/lib/time/days";
import { dateKey, useZone } from "~/lib/time/time";
import { TIME_LOST } from "../errorCodes";
import { refreshSeats, takeSeats } from "./book";
import type { Choice } from "./choice";

/** What stood in the way: an answer of the server, or nothing chosen yet. */
export type Obstacle = { kind: "problem"; problem: Problem; seats: number } | { kind: "no_time" };

export type BookingState = ReturnType<typeof useBooking>;

/** A choice of time and seats on its way to a booking. The choice is in the address; this is what comes of it. */
export function useBooking(session: Session, choice: Choice, onChoose: (change: Choice) => void) {
  const navigate = useNavigate();
  const router = useRouter();
  const zone = useZone();
  const [keyOf] = useState(createKeyFor);
  const [obstacle, setObstacle] = useState<Obstacle | null>(null);
  const [isBusy, setBusy] = useState(false);
  const { time, isGone } = useChosenTime(session, choice.at, zone);
  const seats = Math.min(choice.seats ?? 1, session.max_participants);
  const seatsMost = Math.max(
    1,
    Math.min(session.max_participants, time?.seats_left ?? session.max_participants),
  );

  async function book() {
    if (!time) return setObstacle({ kind: "no_time" });
    setBusy(true);
    setObstacle(null);
    try {
      if (!(await queryClient.ensureQueryData(meQuery))) {
        await navigate({ to: "/login", search: { next: router.state.location.href } });
        return;
      }
      const wish = { session: session.id, booking_date: time.starts_at, seats };
      const booking = await takeSeats(wish, keyOf(wish));
      await navigate({ to: ".", search: { booked: booking.id }, replace: true });
      void refreshSeats(session.id);
    } catch (error) {
      await fail(error);
    } finally {
      setBusy(false);
    }
  }

  async function fail(error: unknown) {
    if (!isProblem(error)) throw error;
    setObstacle({ kind: "problem", problem: error, seats });
    if (!TIME_LOST.some((code) => code === error.code)) return;
    // the list of times was out of date
    if (seats === 1 || error.code !== "sold_out") onChoose({ at: undefined });
    await refreshSeats(session.id);
  }

  return {
    session,
    time,
    /** The time was free when it was chosen, and is no longer. */
    isGone,
    seats,
    seatsMost,
    isBusy,
    obstacle,
    pick: (picked: PickedTime | null) => {
      setObstacle(null);
      onChoose({ at: picked?.starts_at });
    },
    setSeats: (count: number) => {
      setObstacle(null);
      onChoose({ seats: count > 1 ? count : undefined });
    },
    book,
  };
}

function useChosenTime(session: Session, at: string | undefined, zone: string) {
  const { data: slots, isSuccess } = useQuery({
    ...slotsQuery(session.id, monthOf(dateKey(at ?? new Date(), zone)), zone),
    enabled: at !== undefined && !session.is_open,
  });
  if (at === undefined) return { time: null, isGone: false };
  const starts = new Date(at).getTime();
  const slot = slots?.find(({ starts_at }) => new Date(starts_at).getTime() === starts);
  if (slot) return { time: slot, isGone: false };
  const isGone = session.is_open ? starts <= Date.now() : isSuccess;
  const ends_at = new Date(starts + session.duration * 60_000).toISOString();
  return { time: isGone ? null : { starts_at: at, ends_at, seats_left: null }, isGone };
}
