import type { FieldValues, Path, UseFormReturn } from "react-hook-form";
import { isProblem, type ProblemCode } from "~/lib/api/problem";
import { errorMessage } from "~/lib/i18n/errorMessage";

/** Fields of 409 codes that are about one field. */
const FIELD_OF: Partial<Record<ProblemCode, string>> = { email_taken: "email", username_taken: "username" };

/**
 * Sets the API's errors at their form fields and returns those without one. `names` maps API fields to form fields.
 * Keeps the typed values.
 */
export function setServerErrors<Values extends FieldValues>(
  error: unknown,
  form: UseFormReturn<Values>,
  names: Record<string, Path<Values>> = {},
): string | null {
  const fieldErrors = fieldErrorsOf(error);
  if (!fieldErrors) return errorMessage(error);
  const known = Object.keys(form.getValues());
  const otherMessages: string[] = [];
  const invalidFields: Path<Values>[] = [];
  for (const [field, messages] of Object.entries(fieldErrors)) {
    const name = names[field] ?? (field as Path<Values>);
    const message = messages.join(" ");
    if (known.includes(topOf(name))) {
      form.setError(name, { type: "server", message });
      invalidFields.push(name);
    } else otherMessages.push(message);
  }
  // focus the first invalid field in display order, which the API does not know
  const [first] = [...invalidFields].sort(
    (one, other) => known.indexOf(topOf(one)) - known.indexOf(topOf(other)),
  );
  if (first) form.setFocus(first);
  return otherMessages.length > 0 ? otherMessages.join(" ") : null;
}

function topOf(name: string): string {
  return name.split(".")[0] ?? "";
}

function fieldErrorsOf(error: unknown): Record<string, string[]> | null {
  if (!isProblem(error)) return null;
  const field = FIELD_OF[error.code];
  if (field) return { [field]: [errorMessage(error)] };
  return Object.keys(error.errors).length > 0 ? error.errors : null;
}
