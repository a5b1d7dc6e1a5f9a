import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { createKeyFor } from "~/lib/api/idempotencyKeys";
import { isProblem } from "~/lib/api/problem";
import { displayName, refetchUserData } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { formatDateTime, useZone } from "~/lib/time/time";
import type { Booking } from "../types";
import { answer } from "./queries";
import { useTexts } from "./texts";

type Answer = { booking: Booking; action: "confirm" | "complete" };

/** Confirms or completes a booking with one click. Not optimistic: the list changes after the server has answered. */
export function useAnswer(onAnswered: () => void) {
  const t = useTexts();
  const zone = useZone();
  const [keyOf] = useState(createKeyFor);
  return useMutation({
    mutationFn: ({ booking, action }: Answer) =>
      answer(booking, action, keyOf([booking.id, booking.requested_start, action])),
    onSuccess: async (_, { booking, action }) => {
      const name = displayName(booking.user_details);
      const { requested_start: moved } = booking;
      if (action === "confirm" && moved) toast.success(t("row.moved", { when: formatDateTime(moved, zone) }));
      else toast.success(t(action === "confirm" ? "row.confirmed" : "row.completed", { name }));
      onAnswered();
      await refetchUserData();
    },
    onError: async (error) => {
      if (isProblem(error, "too_late")) toast.error(t("row.answer_late"));
      else if (isProblem(error, "illegal_transition")) toast.error(t("row.changed"));
      else toast.error(errorMessage(error));
      if (isProblem(error) && error.status === 409) await refetchUserData();
    },
  });
}
