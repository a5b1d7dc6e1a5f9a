import { Controller, useFormContext } from "react-hook-form";
import { Section } from "~/components/Section";
import { SwitchField } from "~/components/SwitchField";
import type { SessionForm } from "../model";
import { useTexts } from "../texts";

/** Whether the catalog shows it. */
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
            hint={value === "active" ? t(isNew ? "form.listed_new" : "form.listed_on") : t("form.listed_off")}
            isOn={value === "active"}
            onChange={(isOn) => onChange(isOn ? "active" : "inactive")}
          />
        )}
      />
    </Section>
  );
}
