import type { UseFormReturn } from "react-hook-form";
import { isProblem } from "~/lib/api/problem";
import { setServerErrors } from "~/lib/forms/setServerErrors";
import type { SessionForm } from "./model";
import { tierErrorOf } from "./policy";

/** As `setServerErrors`, with an error of the cancellation policy at its tier. */
export function setSessionErrors(error: unknown, form: UseFormReturn<SessionForm>): string | null {
  const rest = setServerErrors(error, form);
  const messages = isProblem(error) ? (error.errors.cancellation_policy ?? []) : [];
  const found = messages.map(tierErrorOf).find((each) => each !== null);
  if (found) {
    form.clearErrors("cancellation_policy");
    form.setError(
      `cancellation_policy.${found.name}`,
      { type: "server", message: found.message },
      { shouldFocus: true },
    );
  }
  return rest;
}
