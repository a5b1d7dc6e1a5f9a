import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { Controller, FormProvider, useForm, useWatch } from "react-hook-form";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Card } from "~/components/Card";
import { Field } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { SaveBar } from "~/components/SaveBar";
import { ZonePicker } from "~/components/ZonePicker";
import { queryKeys } from "~/lib/api/queryKeys";
import { setServerErrors } from "~/lib/forms/setServerErrors";
import { useDraft } from "~/lib/forms/useDraft";
import { WeekHours } from "./editor/WeekHours";
import { type HoursOut, type ScheduleForm, toHoursForm, toHoursIn } from "./model";
import { hoursQuery, saveHours } from "./queries";
import { scheduleRules } from "./rules";
import { useTexts } from "./texts";

/** Edits a creator's general hours, in their local time. */
export function HoursEditor({ hours, onDirty }: { hours: HoursOut; onDirty: (isDirty: boolean) => void }) {
  const t = useTexts();
  const client = useQueryClient();
  const rules = useMemo(() => scheduleRules(t), [t]);
  const saved = useMemo(() => toHoursForm(hours), [hours]);
  const form = useForm<ScheduleForm>({ resolver: zodResolver(rules), defaultValues: saved });
  const values = useWatch({ control: form.control }) as ScheduleForm;
  const isGood = useMemo(() => rules.safeParse(values).success, [rules, values]);
  const isDirty = JSON.stringify(toHoursIn(values)) !== JSON.stringify(toHoursIn(saved));
  useDraft("hours", values, isDirty, (kept) => form.reset(kept, { keepDefaultValues: true }));
  const [failure, setFailure] = useState<string | null>(null);
  const saving = useMutation({
    mutationFn: (form: ScheduleForm) => saveHours(toHoursIn(form)),
    onMutate: () => setFailure(null),
    onSuccess: (now) => {
      client.setQueryData(hoursQuery.queryKey, now);
      form.reset(toHoursForm(now));
      toast.success(t("hours.saved"));
      void client.invalidateQueries({ queryKey: queryKeys.slots.all });
    },
    onError: (error) => setFailure(setServerErrors(error, form, { weekly: "week" })),
  });

  // ranges depend on one another, so validate the whole form on change
  // biome-ignore lint/correctness/useExhaustiveDependencies: rerun for new values
  useEffect(() => void form.trigger(), [form, values]);
  useEffect(() => void onDirty(isDirty), [onDirty, isDirty]);

  return (
    <FormProvider {...form}>
      <form
        noValidate
        onSubmit={form.handleSubmit((valid) => saving.mutate(valid))}
        className="flex flex-col gap-6"
      >
        <Card className="p-4 sm:p-6">
          <Controller
            control={form.control}
            name="time_zone"
            render={({ field: { value, onChange }, fieldState }) => (
              <Field label={t("zone.title")} hint={t("zone.hint")} error={fieldState.error?.message}>
                {(field) => <ZonePicker {...field} value={value} onChange={onChange} />}
              </Field>
            )}
          />
        </Card>
        <WeekHours duration={null} />
        {values.week.every(({ ranges }) => ranges.length === 0) && (
          <Notice tone="warn">{t("hours.none")}</Notice>
        )}
        <SaveBar
          isDirty={isDirty}
          dirtyText={t(isGood ? "save.dirty" : "save.faulty")}
          cleanText={t("save.clean")}
          failure={isDirty && failure}
        >
          {isDirty && (
            <Button variant="quiet" onClick={() => form.reset(saved)}>
              <Undo2 aria-hidden className="size-4" />
              <span className="max-sm:sr-only">{t("save.discard")}</span>
            </Button>
          )}
          <Button type="submit" isBusy={saving.isPending} disabled={!isDirty}>
            {t("hours.save")}
          </Button>
        </SaveBar>
      </form>
    </FormProvider>
  );
}
