import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { isProblem } from "~/lib/api/problem";
import { queryClient } from "~/lib/api/queryClient";
import { refetchUserData } from "~/lib/auth/me";
import { useServerNow } from "~/lib/time/serverClock";
import { bookingQuery } from "../queries";
import type { BookingHistory } from "../types";
import { payBooking } from "./queries";
import { isOpened, type PayState, payState } from "./state";

/** Set in a tab that left for the provider's page of this booking. */
const leftFor = (id: string) => `marketplace.paying.${id}`;

/** What happens between the learner, the payment and the provider's page; see `payState`. */
export function usePaying(booking: BookingHistory) {
  const { id } = booking;
  const now = useServerNow();
  const [isLeaving, setLeaving] = useState(false);
  const { mutate, isPending, error, variables, data } = useMutation({
    mutationFn: (_: { leaves: boolean }) => payBooking(id),
    onSuccess: async ({ status, url }, { leaves }) => {
      if (!leaves || status !== "open" || url === null)
        return queryClient.invalidateQueries(bookingQuery(id));
      sessionStorage.setItem(leftFor(id), "1");
      setLeaving(true);
      location.assign(url);
    },
    onError: () => queryClient.invalidateQueries(bookingQuery(id)),
  });

  const wasOpened = useRef(isOpened(booking));
  useEffect(() => {
    // a page that was opened is looked up: the notice of its payment may be late, or lost
    if (wasOpened.current) mutate({ leaves: false });
    const comeBack = ({ persisted }: PageTransitionEvent) => {
      if (!persisted) return;
      setLeaving(false);
      mutate({ leaves: false });
    };
    addEventListener("pageshow", comeBack);
    return () => removeEventListener("pageshow", comeBack);
  }, [mutate]);

  // the provider has answered a learner who waits for its page
  const isAwaited = variables?.leaves === true && data?.status === "asking";
  const isAnswered = isAwaited && booking.payment?.status === "open";
  useEffect(() => {
    if (isAnswered) mutate({ leaves: true });
  }, [isAnswered, mutate]);

  const state = isProblem(error, "payment_expired") ? "expired" : payState(booking, now);
  const first = useRef(state);
  const isDone = state === "booked" || state === "requested";
  const hasAsked = Boolean(variables?.leaves && (data || isProblem(error, "nothing_to_pay")));
  const wasPaidHere = sessionStorage.getItem(leftFor(id)) !== null;
  const wasUnpaid = first.current === "due" || first.current === "asking";
  useRefetchOnce(isDone && wasUnpaid);

  return {
    state: state as PayState,
    isBusy: isPending || isLeaving,
    isChecking: isPending && !variables.leaves,
    /** Why paying failed, if the learner asked for it. */
    error: variables?.leaves ? error : null,
    /** Whether it turned out that it was paid by another tab or device. */
    isElsewhere: isDone && wasUnpaid && (hasAsked || !wasPaidHere),
    pay: () => mutate({ leaves: true }),
  };
}

/** Refetches lists and seats, once something has changed. */
function useRefetchOnce(isChanged: boolean) {
  useEffect(() => {
    if (isChanged) void refetchUserData();
  }, [isChanged]);
}
