import { type FieldErrors, get } from "react-hook-form";
import type { ScheduleForm } from "../model";

type FormError = { message?: string; root?: { message?: string } } | undefined;

/** The error at a path of the form: of the field, or of the list as a whole. */
export function errorAt(errors: FieldErrors<ScheduleForm>, path: string): string | undefined {
  const formError = get(errors, path) as FormError;
  return formError?.message ?? formError?.root?.message;
}
