import { zodResolver } from "@hookform/resolvers/zod";
import { type ReactNode, useEffect, useMemo } from "react";
import { FormProvider, type UseFormReturn, useForm, useWatch } from "react-hook-form";
import { SaveBar } from "~/components/SaveBar";
import { AboutFields } from "./form/AboutFields";
import { BookingFields } from "./form/BookingFields";
import { CardPreview } from "./form/CardPreview";
import { OfferFields } from "./form/OfferFields";
import { PictureField } from "./form/PictureField";
import { VisibilityField } from "./form/VisibilityField";
import { changesOf, type SessionForm as Form } from "./model";
import { sessionRules } from "./rules";
import { useTexts } from "./texts";

/** What a session is, beside the card that learners will see. `saved` is what there is to go back to. */
export function SessionForm({
  id,
  saved,
  onSubmit,
  onDirty,
  actions,
}: {
  /** `null` for one that is not there yet. */
  id: string | null;
  saved: Form;
  onSubmit: (values: Form, form: UseFormReturn<Form>) => Promise<void>;
  onDirty: (isDirty: boolean) => void;
  actions: (state: { isDirty: boolean; isBusy: boolean; discard: () => void }) => ReactNode;
}) {
  const t = useTexts();
  const rules = useMemo(() => sessionRules(t), [t]);
  const form = useForm<Form>({ resolver: zodResolver(rules), mode: "onTouched", defaultValues: saved });
  const values = useWatch({ control: form.control }) as Form;
  const isDirty = Object.keys(changesOf(values, saved)).length > 0;
  useEffect(() => onDirty(isDirty), [onDirty, isDirty]);
  return (
    <FormProvider {...form}>
      <form
        noValidate
        onSubmit={form.handleSubmit((typed) => onSubmit(typed, form))}
        className="flex flex-col gap-6"
      >
        <div className="grid gap-6 lg:grid-cols-[1fr_20rem] lg:items-start">
          <div className="flex min-w-0 flex-col gap-6">
            <AboutFields />
            <OfferFields />
            <PictureField />
            <BookingFields />
            <VisibilityField isNew={id === null} />
          </div>
          <div className="lg:sticky lg:top-20">
            <CardPreview id={id} />
          </div>
        </div>
        <SaveBar
          isDirty={isDirty}
          dirtyText={t("edit.dirty")}
          cleanText={id === null ? t("new.empty") : t("edit.clean")}
        >
          {actions({ isDirty, isBusy: form.formState.isSubmitting, discard: () => form.reset(saved) })}
        </SaveBar>
      </form>
    </FormProvider>
  );
}
