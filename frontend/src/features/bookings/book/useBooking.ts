import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type Session, sessionQuery } from "~/features/sessions/queries";
import { type PickedTime, toStartRequest } from "~/features/slots/bookable";
import { slotsQuery } from "~/features/slots/queries";
import { createKeyFor } from "~/lib/api/idempotencyKeys";
import { isProblem, type Problem } from "~/lib/api/problem";
import { queryClient } from "~/lib/api/queryClient";
import { type Me, meQuery } from "~/lib/auth/me";
import { monthOf } from "~/lib/time/days";
import { dateKey, useZone } from "~/lib/time/time";
import { SLOT_TAKEN_CODES } from "../errorCodes";
import type { Choice } from "./choice";
import { type BookingRequest, createBooking, invalidateAvailability } from "./queries";

/** Why booking failed: a problem from the server, or no time selected. */
export type Obstacle = { kind: "problem"; problem: Problem; seats: number } | { kind: "no_time" };

export type BookingState = ReturnType<typeof useBooking>;

/** State of a booking in progress. The choice itself is in the URL. */
export function useBooking(session: Session, choice: Choice, onChoose: (change: Choice) => void) {
  const navigate = useNavigate();
  const zone = useZone();
  const [keyOf] = useState(createKeyFor);
  const [obstacle, setObstacle] = useState<Obstacle | null>(null);
  const { time, isGone } = useChosenTime(session, choice.at, zone);
  const [address, setAddress] = useTypedAddress(session);
  const [waiting, setWaiting] = useState<BookingRequest | null>(null);
  const seats = Math.min(choice.seats ?? 1, session.max_participants);
  const maxSeats = Math.max(
    1,
    Math.min(session.max_participants, time?.seats_left ?? session.max_participants),
  );

  const booking = useMutation({
    mutationFn: async (request: BookingRequest) => {
      if (await queryClient.ensureQueryData(meQuery)) return createBooking(request, keyOf(request));
      setWaiting(request);
      return null;
    },
    onMutate: () => setObstacle(null),
    onSuccess: async (created) => {
      if (!created) return;
      if (created.pay_by === null) {
        await navigate({ to: ".", search: { booked: created.id }, replace: true });
      } else {
        await navigate({ to: "/bookings/$id/pay", params: { id: created.id } });
      }
      void invalidateAvailability(session.id);
    },
    onError: async (error) => {
      if (!isProblem(error)) return reportError(error);
      setObstacle({ kind: "problem", problem: error, seats });
      const { price } = error;
      if (price !== null) {
        // show the new price; booking again agrees to it
        queryClient.setQueryData(sessionQuery(session.id).queryKey, (shown) => shown && { ...shown, price });
      }
      if (!SLOT_TAKEN_CODES.some((code) => code === error.code)) return;
      // the list of times was stale
      if (seats === 1 || error.code !== "sold_out") onChoose({ at: undefined });
      await invalidateAvailability(session.id);
    },
  });

  return {
    session,
    time,
    /** The selected time has been taken since. */
    isGone,
    seats,
    maxSeats,
    /** Where the creator comes to; `null` if they do not. */
    address,
    setAddress: (text: string) => {
      setObstacle(null);
      setAddress(text);
    },
    isBusy: booking.isPending,
    /** What is booked once the visitor has signed in. */
    waiting,
    stopWaiting: () => setWaiting(null),
    /** Books what the visitor has seen and asked for, unless it is their own session. */
    bookAs: (me: Me) => {
      setWaiting(null);
      if (waiting && me.id !== session.creator) booking.mutate(waiting);
    },
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
      if (!time) return setObstacle({ kind: "no_time" });
      const start = toStartRequest(time.starts_at, zone, session);
      const visited = address === null ? {} : { address: address.trim() };
      booking.mutate({ session: session.id, ...start, seats, expected_price: session.price, ...visited });
    },
  };
}

/** Addresses typed since the page was loaded: they survive the way through sign-in, and are not put in a URL. */
const typedAddresses = new Map<string, string>();

function useTypedAddress(session: Session): [string | null, (text: string) => void] {
  const [typed, setTyped] = useState(() => typedAddresses.get(session.id) ?? "");
  const type = (text: string) => {
    typedAddresses.set(session.id, text);
    setTyped(text);
  };
  return [session.format === "at_yours" ? typed : null, type];
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
