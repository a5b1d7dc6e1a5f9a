import type { FieldValues, Path, UseFormReturn } from "react-hook-form";
import { isProblem } from "~/api/problem";
import { say } from "~/app/i18n/say";

/**
 * Puts what the API refused at its fields, and returns what is about none of them. `names` are the API's names of
 * fields where the form has others. What was typed stays.
 */
export function place<Values extends FieldValues>(
  error: unknown,
  form: UseFormReturn<Values>,
  names: Record<string, Path<Values>> = {},
): string | null {
  if (!isProblem(error) || Object.keys(error.errors).length === 0) return say(error);
  const known = Object.keys(form.getValues());
  let first = true;
  const rest: string[] = [];
  for (const [field, messages] of Object.entries(error.errors)) {
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
