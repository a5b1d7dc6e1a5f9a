import { zodResolver } from "@hookform/resolvers/zod";
import { type ReactNode, useEffect, useMemo } from "react";
import { FormProvider, type UseFormReturn, useForm, useWatch } from "react-hook-form";
import { SaveBar } from "~/components/SaveBar";
import { useDraft } from "~/lib/forms/useDraft";
import { useCurrency } from "~/lib/money/money";
import type { Session } from "../queries";
import { AboutFields } from "./form/AboutFields";
import { BookingFields } from "./form/BookingFields";
import { CardPreview } from "./form/CardPreview";
import { OfferFields } from "./form/OfferFields";
import { PaymentFields } from "./form/PaymentFields";
import { PictureField } from "./form/PictureField";
import { VisibilityField } from "./form/VisibilityField";
import { WhereFields } from "./form/WhereFields";
import { type SessionForm as Form, toSessionChanges } from "./model";
import { sessionRules } from "./rules";
import { useTexts } from "./texts";

/** Shows changes made elsewhere (for example published from the schedule tab), but keeps unsaved changes. */
function useResetOnSave(form: UseFormReturn<Form>, saved: Form) {
  // react-hook-form tracks only fields that are read, and `reset` needs `dirtyFields`
  void form.formState.dirtyFields;
  useEffect(() => void form.reset(saved, { keepDirtyValues: true }), [form, saved]);
}

/** Edits a session next to a preview of its card. `saved` holds the values to reset to. */
export function SessionForm({
  session,
  saved,
  onSubmit,
  onDirty,
  failure,
  pictures,
  actions,
}: {
  /** `null` for a new session. */
  session: Session | null;
  saved: Form;
  onSubmit: (values: Form, form: UseFormReturn<Form>) => Promise<void>;
  onDirty: (isDirty: boolean) => void;
  failure: ReactNode;
  /** Uploaded pictures, or those chosen for a new session. */
  pictures: ReactNode;
  actions: (state: { isDirty: boolean; isBusy: boolean; discard: () => void }) => ReactNode;
}) {
  const t = useTexts();
  const { currency_digits } = useCurrency();
  const rules = useMemo(() => sessionRules(t, currency_digits), [t, currency_digits]);
  const form = useForm<Form>({ resolver: zodResolver(rules), mode: "onTouched", defaultValues: saved });
  const values = useWatch({ control: form.control }) as Form;
  const isDirty = Object.keys(toSessionChanges(values, saved)).length > 0;
  useEffect(() => void onDirty(isDirty), [onDirty, isDirty]);
  useResetOnSave(form, saved);
  useDraft(`session:${session?.id ?? "new"}`, values, isDirty, (kept) =>
    form.reset({ ...form.getValues(), ...kept }, { keepDefaultValues: true }),
  );
  return (
    <FormProvider {...form}>
      <form
        noValidate
        onSubmit={form.handleSubmit((values) => onSubmit(values, form))}
        className="flex flex-col gap-6"
      >
        <div className="grid gap-6 lg:grid-cols-[1fr_20rem] lg:items-start">
          <div className="flex min-w-0 flex-col gap-6">
            <AboutFields />
            <WhereFields />
            <OfferFields />
            <PictureField isNew={session === null}>{pictures}</PictureField>
            <BookingFields />
            <PaymentFields />
            <VisibilityField isNew={session === null} />
          </div>
          <div className="lg:sticky lg:top-20">
            <CardPreview session={session} />
          </div>
        </div>
        <SaveBar
          isDirty={isDirty}
          dirtyText={t("edit.dirty")}
          cleanText={session && t("edit.clean")}
          failure={(isDirty || session === null) && failure}
        >
          {actions({ isDirty, isBusy: form.formState.isSubmitting, discard: () => form.reset(saved) })}
        </SaveBar>
      </form>
    </FormProvider>
  );
}
