import { useId } from "react";
import { Checkbox } from "~/components/Checkbox";
import { type KeyScope, SCOPE_TEXT } from "./keys";
import { useKeyTexts } from "./texts";

/** Checkboxes of what a key may do. */
export function ScopesField({
  scopes,
  value,
  onChange,
  error,
}: {
  scopes: KeyScope[];
  value: KeyScope[];
  onChange: (value: KeyScope[]) => void;
  error: string | undefined;
}) {
  const t = useKeyTexts();
  const id = useId();
  return (
    <fieldset aria-describedby={error && id} className="flex flex-col gap-2">
      <legend className="mb-1.5 text-sm font-semibold">{t("scopes")}</legend>
      {scopes.map((scope) => (
        <Checkbox
          key={scope}
          isChecked={value.includes(scope)}
          onChange={(isChecked) =>
            onChange(isChecked ? [...value, scope] : value.filter((each) => each !== scope))
          }
        >
          <span>
            <span className="block font-medium">{t(`scope.${SCOPE_TEXT[scope]}`)}</span>
            <span className="block text-xs text-ink-faint">{t(`scope_text.${SCOPE_TEXT[scope]}`)}</span>
          </span>
        </Checkbox>
      ))}
      {error && (
        <p id={id} role="alert" className="text-xs font-medium text-danger">
          {error}
        </p>
      )}
    </fieldset>
  );
}
