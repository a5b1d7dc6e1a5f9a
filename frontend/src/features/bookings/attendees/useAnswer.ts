import { useState } from "react";
import { toast } from "sonner";
import { createKeyFor } from "~/lib/api/idempotencyKeys";
import { isProblem } from "~/lib/api/problem";
import { displayName, refetchUserData } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import type { Booking } from "./groups";
import { answer } from "./queries";
import { useTexts } from "./texts";

/** Confirms or completes a booking with one click; never shown before the server has said so. */
export function useAnswer(onAnswered: () => void) {
  const t = useTexts();
  const [keyOf] = useState(createKeyFor);
  const [isBusy, setBusy] = useState(false);

  const take = async (booking: Booking, step: "confirm" | "complete") => {
    setBusy(true);
    try {
      await answer(booking.id, step, keyOf([booking.id, step]));
      const name = displayName(booking.user_details);
      toast.success(t(step === "confirm" ? "row.confirmed" : "row.completed", { name }));
      onAnswered();
      await refetchUserData();
    } catch (error) {
      if (isProblem(error, "too_late")) toast.error(t("row.answer_late"));
      else if (isProblem(error, "illegal_transition")) toast.error(t("row.changed"));
      else toast.error(errorMessage(error));
      if (isProblem(error) && error.status === 409) await refetchUserData();
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, take };
}
