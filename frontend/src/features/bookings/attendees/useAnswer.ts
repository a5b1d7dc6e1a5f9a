import { useState } from "react";
import { toast } from "sonner";
import { keeper } from "~/lib/api/idempotencyKeys";
import { isProblem } from "~/lib/api/problem";
import { displayName, refresh } from "~/lib/auth/me";
import { say } from "~/lib/i18n/errorMessage";
import type { Booking } from "./groups";
import { answer } from "./queries";
import { useTexts } from "./texts";

/** Confirms or completes a booking with one click; never shown before the server has said so. */
export function useAnswer(onAnswered: () => void) {
  const t = useTexts();
  const [keyOf] = useState(keeper);
  const [isBusy, setBusy] = useState(false);

  const take = async (booking: Booking, step: "confirm" | "complete") => {
    setBusy(true);
    try {
      await answer(booking.id, step, keyOf([booking.id, step]));
      const name = displayName(booking.user_details);
      toast.success(t(step === "confirm" ? "row.confirmed" : "row.completed", { name }));
      onAnswered();
      await refresh();
    } catch (error) {
      if (isProblem(error, "too_late")) toast.error(t("row.answer_late"));
      else if (isProblem(error, "illegal_transition")) toast.error(t("row.changed"));
      else toast.error(say(error));
      if (isProblem(error) && error.status === 409) await refresh();
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, take };
}
