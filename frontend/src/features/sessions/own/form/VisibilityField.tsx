import { Controller, useFormContext } from "react-hook-form";
import { Section } from "~/components/Section";
import { SwitchField } from "~/components/SwitchField";
import type { SessionForm } from "../model";
import { useTexts } from "../texts";

const HINTS = {
  active: { new: "form.listed_new", known: "form.listed_on" },
  inactive: { new: "form.hidden_new", known: "form.listed_off" },
} as const;

export function VisibilityField({ isNew }: { isNew: boolean }) {
  const t = useTexts();
  const { control } = useFormContext<SessionForm>();
  return (
    <Section title={t("form.visibility")}>
      <Controller
        control={control}
        name="status"
        render={({ field: { value, onChange } }) => (
          <SwitchField
            label={t("form.listed")}
            hint={t(HINTS[value][isNew ? "new" : "known"])}
            isOn={value === "active"}
            onChange={(isOn) => onChange(isOn ? "active" : "inactive")}
          />
        )}
      />
    </Section>
  );
}
