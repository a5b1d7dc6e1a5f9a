import { useMutation, useQuery } from "@tanstack/react-query";
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
import { SLOT_TAKEN_CODES } from "../errorCodes";
import type { Choice } from "./choice";
import { type BookingRequest, createBooking, invalidateAvailability } from "./queries";

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
  const { time, isGone } = useChosenTime(session, choice.at, zone);
  const seats = Math.min(choice.seats ?? 1, session.max_participants);
  const maxSeats = Math.max(
    1,
    Math.min(session.max_participants, time?.seats_left ?? session.max_participants),
  );

  const booking = useMutation({
    mutationFn: async (request: BookingRequest) => {
      if (await queryClient.ensureQueryData(meQuery)) return createBooking(request, keyOf(request));
      await navigate({ to: "/login", search: { next: router.state.location.href } });
      return null;
    },
    onMutate: () => setObstacle(null),
    onSuccess: async (created) => {
      if (!created) return;
      await navigate({ to: ".", search: { booked: created.id }, replace: true });
      void invalidateAvailability(session.id);
    },
    onError: async (error) => {
      if (!isProblem(error)) return reportError(error);
      setObstacle({ kind: "problem", problem: error, seats });
      if (!SLOT_TAKEN_CODES.some((code) => code === error.code)) return;
      // the list of times was out of date
      if (seats === 1 || error.code !== "sold_out") onChoose({ at: undefined });
      await invalidateAvailability(session.id);
    },
  });

  return {
    session,
    time,
    /** The time was free when it was chosen, and is no longer. */
    isGone,
    seats,
    seatsMost: maxSeats,
    isBusy: booking.isPending,
    obstacle,
    pick: (picked: PickedTime | null) => {
      setObstacle(null);
      onChoose({ at: picked?.starts_at });
    },
    setSeats: (count: number) => {
      setObstacle(null);
      onChoose({ seats: count > 1 ? count : undefined });
    },
    book: () => {
      if (time) booking.mutate({ session: session.id, booking_date: time.starts_at, seats });
      else setObstacle({ kind: "no_time" });
    },
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
