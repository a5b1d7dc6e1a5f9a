import { Controller, useFormContext, useWatch } from "react-hook-form";
import { Field, Input, Select, Textarea } from "~/components/Field";
import { Section } from "~/components/Section";
import { SwitchField } from "~/components/SwitchField";
import { useNamedLanguages } from "../../languages";
import { useTexts as useSessionTexts } from "../../texts";
import { FORMATS, type SessionForm } from "../model";
import { useTexts } from "../texts";

/** The format, what belongs to it, and the language. */
export function WhereFields() {
  const t = useTexts();
  const session = useSessionTexts();
  const { formState, register, control } = useFormContext<SessionForm>();
  const format = useWatch({ control, name: "format" });
  const { errors } = formState;
  return (
    <Section title={t("form.where")}>
      <div className="flex flex-col gap-5">
        <div className="grid gap-5 sm:grid-cols-2">
          <Field label={t("form.format")} isOptional error={errors.format?.message}>
            {(field) => (
              <Select {...field} {...register("format")}>
                <option value="">{t("form.not_said")}</option>
                {FORMATS.map((name) => (
                  <option key={name} value={name}>
                    {session(`format.${name}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <LanguageField />
        </div>
        {(format === "in_person" || format === "at_yours") && (
          <Field
            label={t("form.place")}
            isOptional
            hint={t(format === "at_yours" ? "form.place_area" : "form.place_hint")}
            error={errors.place?.message}
          >
            {(field) => <Input placeholder={t("form.place_example")} {...field} {...register("place")} />}
          </Field>
        )}
        {format === "in_person" && <AddressFields />}
        {format === "online" && (
          <Field
            label={t("form.join")}
            isOptional
            hint={t("form.join_hint")}
            error={errors.join_url?.message}
          >
            {(field) => (
              <Input type="url" inputMode="url" placeholder="https://" {...field} {...register("join_url")} />
            )}
          </Field>
        )}
      </div>
    </Section>
  );
}

function AddressFields() {
  const t = useTexts();
  const { formState, register, control } = useFormContext<SessionForm>();
  const { errors } = formState;
  return (
    <>
      <Field label={t("form.address")} isOptional error={errors.address?.message}>
        {(field) => <Textarea rows={2} autoComplete="off" {...field} {...register("address")} />}
      </Field>
      <Field
        label={t("form.coordinates")}
        isOptional
        hint={t("form.coordinates_hint")}
        error={errors.coordinates?.message}
        className="sm:max-w-80"
      >
        {(field) => <Input placeholder="41.8919, 12.4678" {...field} {...register("coordinates")} />}
      </Field>
      <Controller
        control={control}
        name="address_public"
        render={({ field: { value, onChange } }) => (
          <SwitchField
            label={t("form.address_public")}
            hint={t(value ? "form.address_shown" : "form.address_hidden")}
            isOn={value}
            onChange={onChange}
          />
        )}
      />
    </>
  );
}

function LanguageField() {
  const t = useTexts();
  const { formState, register, getValues } = useFormContext<SessionForm>();
  const named = useNamedLanguages([getValues("language")].filter(Boolean));
  return (
    <Field label={t("form.language")} isOptional error={formState.errors.language?.message}>
      {(field) => (
        <Select {...field} {...register("language")}>
          <option value="">{t("form.not_said")}</option>
          {named.map(({ tag, name }) => (
            <option key={tag} value={tag}>
              {name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
