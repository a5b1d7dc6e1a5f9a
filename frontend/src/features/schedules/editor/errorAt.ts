import { type FieldErrors, get } from "react-hook-form";
import type { ScheduleForm } from "../model";

type Fault = { message?: string; root?: { message?: string } } | undefined;

/** What is wrong at a path of the form: with the field, or with the list as a whole. */
export function faultAt(errors: FieldErrors<ScheduleForm>, path: string): string | undefined {
  const found = get(errors, path) as Fault;
  return found?.message ?? found?.root?.message;
}
