import { X } from "lucide-react";
import { type Control, Controller, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Field, Select, Textarea } from "~/components/Field";
import { useNamedLanguages } from "~/features/sessions/languages";
import { profileLimits } from "~/lib/api/limits";
import { useTexts } from "../texts";

export type AboutFields = { bio: string; languages: string[] };

/** What creators say about themselves: a text and the languages they speak. */
export function AboutFields({ control }: { control: Control<AboutFields> }) {
  const t = useTexts();
  return (
    <>
      <Controller
        control={control}
        name="bio"
        render={({ field: { ref, ...value }, fieldState: { error } }) => (
          <Field
            label={t("about.bio")}
            isOptional
            hint={<BioHint control={control} />}
            error={error?.message}
          >
            {(field) => <Textarea rows={5} dir="auto" ref={ref} {...field} {...value} />}
          </Field>
        )}
      />
      <Controller
        control={control}
        name="languages"
        render={({ field: { value, onChange }, fieldState: { error } }) => (
          <LanguagesField languages={value} onChange={onChange} error={error?.message} />
        )}
      />
    </>
  );
}

function BioHint({ control }: { control: Control<AboutFields> }) {
  const t = useTexts();
  const { i18n } = useTranslation();
  const text = useWatch({ control, name: "bio" });
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <span className="flex flex-wrap justify-between gap-x-4">
      <span>{t("about.bio_hint")}</span>
      <span className="tabular">
        {t("about.count", {
          length: number.format([...text.trim()].length),
          most: number.format(profileLimits.bio.maxLength),
        })}
      </span>
    </span>
  );
}

/** Languages as chips, and a select that adds one. */
function LanguagesField({
  languages,
  onChange,
  error,
}: {
  languages: string[];
  onChange: (languages: string[]) => void;
  error: string | undefined;
}) {
  const t = useTexts();
  const named = useNamedLanguages(languages);
  const nameOf = (tag: string) => named.find((each) => each.tag === tag)?.name ?? tag;
  const isFull = languages.length >= profileLimits.languages.maxItems;
  return (
    <Field
      label={t("about.languages")}
      isOptional
      hint={isFull ? t("about.languages_full", { count: languages.length }) : t("about.languages_hint")}
      error={error}
    >
      {(field) => (
        <div className="flex flex-col gap-2.5">
          {languages.length > 0 && (
            <ul className="flex flex-wrap gap-1.5">
              {languages.map((tag) => (
                <li
                  key={tag}
                  className="inline-flex h-8 items-center gap-0.5 rounded-full bg-accent-soft pl-3 text-sm font-medium text-accent-strong"
                >
                  <span>{nameOf(tag)}</span>
                  <button
                    type="button"
                    aria-label={t("about.language_remove", { language: nameOf(tag) })}
                    onClick={() => onChange(languages.filter((each) => each !== tag))}
                    className="inline-flex size-8 items-center justify-center rounded-full hover:bg-accent/15"
                  >
                    <X aria-hidden className="size-3.5" />
                  </button>
                </li>
              ))}
            </ul>
          )}
          <Select
            {...field}
            value=""
            disabled={isFull}
            onChange={({ currentTarget }) => onChange([...languages, currentTarget.value])}
          >
            <option value="">{t("about.language_add")}</option>
            {named
              .filter(({ tag }) => !languages.includes(tag))
              .map(({ tag, name }) => (
                <option key={tag} value={tag}>
                  {name}
                </option>
              ))}
          </Select>
        </div>
      )}
    </Field>
  );
}
