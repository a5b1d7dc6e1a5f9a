import type { FieldValues, Path, UseFormReturn } from "react-hook-form";
import { isProblem } from "~/api/problem";
import { say } from "~/app/i18n/say";

/** Refusals that are about one field, though the API gives them a code of their own (409). */
const FIELD_OF: Record<string, string> = { email_taken: "email", username_taken: "username" };

/**
 * Puts what the API refused at its fields, and returns what is about none of them. `names` are the API's names of
 * fields where the form has others. What was typed stays.
 */
export function place<Values extends FieldValues>(
  error: unknown,
  form: UseFormReturn<Values>,
  names: Record<string, Path<Values>> = {},
): string | null {
  const faults = faultsOf(error);
  if (!faults) return say(error);
  const known = Object.keys(form.getValues());
  let first = true;
  const rest: string[] = [];
  for (const [field, messages] of Object.entries(faults)) {
    const name = names[field] ?? field;
    const message = messages.join(" ");
    if (!known.includes(name.split(".")[0] ?? "")) {
      rest.push(message);
      continue;
    }
    form.setError(name as Path<Values>, { type: "server", message }, { shouldFocus: first });
    first = false;
  }
  return rest.length > 0 ? rest.join(" ") : null;
}

function faultsOf(error: unknown): Record<string, string[]> | null {
  if (!isProblem(error)) return null;
  const field = FIELD_OF[error.code];
  if (field) return { [field]: [say(error)] };
  return Object.keys(error.errors).length > 0 ? error.errors : null;
}
