import { useSuspenseQuery } from "@tanstack/react-query";
import { Controller, useFormContext, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Field, Input, Select, Textarea } from "~/components/Field";
import { Section } from "~/components/Section";
import { TagsInput } from "~/components/TagsInput";
import { sessionLimits } from "~/lib/api/limits";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { useCategoryName } from "../../category";
import { useTexts as useSessionTexts } from "../../texts";
import { parseTags, type SessionForm } from "../model";
import { useTexts } from "../texts";

export function AboutFields() {
  const t = useTexts();
  const session = useSessionTexts();
  const category = useCategoryName();
  const { categories } = useSuspenseQuery(marketplaceQuery).data;
  const { control, formState, register, getValues } = useFormContext<SessionForm>();
  const { errors } = formState;
  // keep a category that the marketplace has removed
  const suggested = [...new Set([...categories, getValues("category")])].filter(Boolean);
  return (
    <Section title={t("form.about")}>
      <div className="flex flex-col gap-5">
        <Field label={t("form.title")} hint={t("form.title_hint")} error={errors.title?.message}>
          {(field) => (
            <Input
              maxLength={sessionLimits.title.maxLength}
              placeholder={t("form.title_example")}
              {...field}
              {...register("title")}
            />
          )}
        </Field>
        <Field label={t("form.description")} hint={<DescriptionHint />} error={errors.description?.message}>
          {(field) => <Textarea rows={7} {...field} {...register("description")} />}
        </Field>
        <Field label={session("detail.audience")} isOptional error={errors.audience?.message}>
          {(field) => <Textarea rows={2} {...field} {...register("audience")} />}
        </Field>
        <Field label={session("detail.bring")} isOptional error={errors.bring?.message}>
          {(field) => <Textarea rows={2} {...field} {...register("bring")} />}
        </Field>
        <Field label={t("form.category")} isOptional error={errors.category?.message} className="sm:max-w-72">
          {(field) => (
            <Select {...field} {...register("category")}>
              <option value="">{t("form.no_category")}</option>
              {suggested.map((name) => (
                <option key={name} value={name}>
                  {category(name)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Controller
          control={control}
          name="tags"
          render={({ field: { value, onChange } }) => (
            <Field
              label={t("form.tags")}
              isOptional
              hint={t("form.tags_hint")}
              error={tagsError(errors.tags)}
            >
              {(field) => (
                <TagsInput
                  {...field}
                  tags={value}
                  onChange={onChange}
                  read={parseTags}
                  max={sessionLimits.tags.maxItems}
                  placeholder={t("form.tags_example")}
                />
              )}
            </Field>
          )}
        />
      </div>
    </Section>
  );
}

/** The error of the list, or of the first invalid tag. */
function tagsError(errors: unknown): string | undefined {
  const tagError = errors as { message?: string } & ({ message?: string } | undefined)[];
  return tagError?.message ?? (Array.isArray(tagError) ? tagError.find(Boolean)?.message : undefined);
}

function DescriptionHint() {
  const t = useTexts();
  const { i18n } = useTranslation();
  const { control } = useFormContext<SessionForm>();
  const text = useWatch({ control, name: "description" });
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <span className="flex flex-wrap justify-between gap-x-4">
      <span>{t("form.description_hint")}</span>
      <span className="tabular">
        {t("form.count", {
          count: number.format([...text.trim()].length) as unknown as number,
          most: number.format(sessionLimits.description.maxLength),
        })}
      </span>
    </span>
  );
}
