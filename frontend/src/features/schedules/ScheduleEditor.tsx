import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Eye, Undo2 } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { Controller, FormProvider, type UseFormReturn, useForm, useWatch } from "react-hook-form";
import { toast } from "sonner";
import { Button, buttonClass } from "~/components/Button";
import { Card } from "~/components/Card";
import { Field } from "~/components/Field";
import { SaveBar } from "~/components/SaveBar";
import { ZonePicker } from "~/components/ZonePicker";
import { isProblem, type Problem } from "~/lib/api/problem";
import { queryKeys } from "~/lib/api/queryKeys";
import { setServerErrors } from "~/lib/forms/setServerErrors";
import { useDraft } from "~/lib/forms/useDraft";
import { useOffsets } from "~/lib/time/offsets";
import { dateKey } from "~/lib/time/time";
import { ClassWeek } from "./editor/ClassWeek";
import { DateOverrides } from "./editor/DateOverrides";
import { ExtraDates } from "./editor/ExtraDates";
import { Limits } from "./editor/Limits";
import { SetupChoice } from "./editor/SetupChoice";
import { SingleDates } from "./editor/SingleDates";
import { WeekHours } from "./editor/WeekHours";
import { type ScheduleForm, type ScheduleOut, toScheduleForm, toScheduleIn } from "./model";
import { saveSchedule, scheduleQuery } from "./queries";
import { scheduleRules } from "./rules";
import { SchedulePreview } from "./SchedulePreview";
import { hasTimes, type Setup, setupOf, withSetup } from "./setup";
import { useTexts } from "./texts";
import { useConflictMessage } from "./useConflictMessage";

type SessionFields = { id: string; duration: number; isHidden: boolean };

/** Edits when a session can be booked, in the creator's local time, with a preview of what learners see. */
export function ScheduleEditor({
  session,
  schedule,
  zone,
  onDirty,
  onPublish,
}: {
  session: SessionFields;
  schedule: ScheduleOut;
  /** Time zone of a new schedule. */
  zone: string;
  onDirty: (isDirty: boolean) => void;
  /** Publishes a hidden session once its times are saved. */
  onPublish: () => Promise<void>;
}) {
  const t = useTexts();
  const rules = useMemo(() => scheduleRules(t), [t]);
  const saved = useMemo(() => toScheduleForm(schedule, zone), [schedule, zone]);
  const form = useForm<ScheduleForm>({ resolver: zodResolver(rules), defaultValues: saved });
  const values = useWatch({ control: form.control }) as ScheduleForm;
  const isGood = useMemo(() => rules.safeParse(values).success, [rules, values]);
  const wire = useMemo(() => (isGood ? toScheduleIn(values) : null), [isGood, values]);
  const isDirty = JSON.stringify(toScheduleIn(values)) !== JSON.stringify(toScheduleIn(saved));
  const initial = setupOf(saved, session.duration, session.isHidden);
  const [setup, setSetup] = useState<Setup | null>(initial);
  const choose = (next: Setup) => {
    setSetup(next);
    form.reset(withSetup(form.getValues(), next, session.duration), { keepDefaultValues: true });
  };
  useDraft(`times:${session.id}`, { setup, values }, isDirty, (kept) => {
    setSetup(kept.setup);
    form.reset(kept.values, { keepDefaultValues: true });
  });
  const canPublish = setup !== null && hasTimes(values);
  const { failure, isSaving, save } = useSaving(session.id, form, onPublish);

  // ranges depend on one another, so validate the whole form on change
  // biome-ignore lint/correctness/useExhaustiveDependencies: rerun for new values
  useEffect(() => void form.trigger(), [form, values]);
  useEffect(() => void onDirty(isDirty), [onDirty, isDirty]);
  useResetOnSave(form, saved);

  useOffsets(values.time_zone);
  const today = dateKey(new Date(), values.time_zone);
  return (
    <FormProvider {...form}>
      <form noValidate onSubmit={save(false)} className="flex flex-col gap-6">
        <div className="grid gap-6 lg:grid-cols-[1fr_23rem] lg:items-start">
          <div className="flex min-w-0 flex-col gap-6">
            <SetupChoice value={setup} onChoose={choose} />
            {setup === "open" && (
              <Card className="flex flex-wrap items-center justify-between gap-3 p-4 sm:p-6">
                <p className="max-w-prose text-sm text-ink-soft">{t("hours.guide")}</p>
                <Link to="/creator/hours" className={buttonClass({ variant: "secondary", size: "sm" })}>
                  {t("hours.edit")}
                </Link>
              </Card>
            )}
            {setup !== null && values.kind === "schedule" && (
              <>
                {setup === "class" && <ClassWeek duration={session.duration} />}
                {setup === "date" && <SingleDates duration={session.duration} today={today} />}
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
                {setup === "appointments" && <WeekHours duration={session.duration} />}
                {setup !== "date" && <DateOverrides duration={session.duration} today={today} />}
                {setup !== "date" && <ExtraDates duration={session.duration} today={today} />}
                <Limits />
              </>
            )}
          </div>
          <div className="lg:sticky lg:top-20">
            {setup !== null && (
              <SchedulePreview
                sessionId={session.id}
                schedule={wire}
                zone={values.time_zone}
                isDirty={isDirty}
              />
            )}
          </div>
        </div>
        <SaveBar
          isDirty={isDirty}
          dirtyText={!isGood ? t("save.faulty") : canPublish ? t("save.dirty") : t("setup.no_times")}
          cleanText={session.isHidden && setup === null ? t("setup.first") : t("save.clean")}
          failure={
            (isDirty || session.isHidden) &&
            failure && <SavingFailure failure={failure} sessionId={session.id} />
          }
        >
          {values.kind === "schedule" && (
            <a href="#preview" className={buttonClass({ variant: "quiet" }, "lg:hidden")}>
              <Eye aria-hidden className="size-4" />
              <span className="max-sm:sr-only">{t("preview.jump")}</span>
            </a>
          )}
          {isDirty && (
            <Button
              variant="quiet"
              onClick={() => {
                setSetup(initial);
                form.reset(saved);
              }}
            >
              <Undo2 aria-hidden className="size-4" />
              <span className="max-sm:sr-only">{t("save.discard")}</span>
            </Button>
          )}
          <Button
            type="submit"
            variant={session.isHidden ? "secondary" : "primary"}
            isBusy={isSaving}
            disabled={!isDirty}
          >
            <span className="sm:hidden">{t("save.short")}</span>
            <span className="max-sm:hidden">{t("save.save")}</span>
          </Button>
          {session.isHidden && canPublish && (
            <Button isBusy={isSaving} onClick={save(true)}>
              {isDirty ? t("save.save_publish") : t("save.publish")}
            </Button>
          )}
        </SaveBar>
      </form>
    </FormProvider>
  );
}

/** Shows changes made elsewhere, unless there are unsaved changes here. */
function useResetOnSave(form: UseFormReturn<ScheduleForm>, saved: ScheduleForm) {
  const shown = useRef(saved);
  useEffect(() => {
    const isTyped =
      JSON.stringify(toScheduleIn(form.getValues())) !== JSON.stringify(toScheduleIn(shown.current));
    if (!isTyped) form.reset(saved);
    shown.current = saved;
  }, [form, saved]);
}

function useSaving(sessionId: string, form: UseFormReturn<ScheduleForm>, onPublish: () => Promise<void>) {
  const t = useTexts();
  const client = useQueryClient();
  const [failure, setFailure] = useState<Problem | string | null>(null);
  const saving = useMutation({
    mutationFn: async ({ values, isPublished }: { values: ScheduleForm; isPublished: boolean }) => {
      const savedSchedule = await saveSchedule(sessionId, toScheduleIn(values));
      client.setQueryData(scheduleQuery(sessionId).queryKey, savedSchedule);
      form.reset(toScheduleForm(savedSchedule, values.time_zone));
      if (isPublished) await onPublish();
    },
    onMutate: () => setFailure(null),
    onSuccess: (_, { isPublished }) => {
      toast.success(t(isPublished ? "save.published" : "save.saved"));
      void client.invalidateQueries({ queryKey: queryKeys.sessions.all });
      void client.invalidateQueries({ queryKey: queryKeys.slots.ofSession(sessionId) });
    },
    onError: (error) => {
      if (isProblem(error, "creator_unavailable")) setFailure(error);
      else setFailure(setServerErrors(error, form, { weekly: "week", notice: "notice.amount" }));
    },
  });
  const save = (isPublished: boolean) =>
    form.handleSubmit((values) => saving.mutate({ values, isPublished }));
  return { failure, isSaving: saving.isPending, save };
}

function SavingFailure({ failure, sessionId }: { failure: Problem | string; sessionId: string }) {
  const t = useTexts();
  const conflict = useConflictMessage();
  if (typeof failure === "string") return failure;
  return (
    <>
      <strong className="block font-semibold">{t("save.conflict_title")}</strong>
      <span>{conflict(failure)}</span>{" "}
      <Link
        to="/creator/bookings"
        search={{ session: sessionId }}
        className="font-semibold underline underline-offset-4"
      >
        {t("save.conflict_link")}
      </Link>
    </>
  );
}
