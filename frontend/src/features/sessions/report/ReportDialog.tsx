import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Field, Textarea } from "~/components/Field";
import { Notice } from "~/components/Notice";
import type { Schema } from "~/lib/api/client";
import { createKeyFor } from "~/lib/api/idempotencyKeys";
import { reportLimits } from "~/lib/api/limits";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { useTexts } from "./texts";

type Reason = Schema<"ReportIn">["reason"];

const REASONS: Reason[] = ["misleading", "spam", "offensive", "unsafe", "other"];
const MAX_TEXT = reportLimits.text.maxLength;

/** Reports something to the staff. */
export default function ReportDialog({
  title,
  send: sendReport,
  explain,
  onClose,
}: {
  title: string;
  send: (body: Schema<"ReportIn">, key: string) => Promise<unknown>;
  /** What an error means here, if it means something else than elsewhere. */
  explain: (error: unknown) => string | undefined;
  onClose: () => void;
}) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const [keyOf] = useState(createKeyFor);
  const [reason, setReason] = useState<Reason | null>(null);
  const [text, setText] = useState("");
  const [isReasonMissing, setReasonMissing] = useState(false);
  const isTooLong = [...text.trim()].length > MAX_TEXT;

  const report = useMutation({
    mutationFn: (body: Schema<"ReportIn">) => sendReport(body, keyOf(body)),
    onSuccess: () => {
      toast.success(t("done"));
      onClose();
    },
  });
  const failure = isReasonMissing
    ? t("needed")
    : report.error && (explain(report.error) ?? errorMessage(report.error));

  const send = () => {
    setReasonMissing(!reason);
    if (reason && !isTooLong) report.mutate({ reason, text: text.trim() });
  };

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={title}
      description={t("intro")}
      footer={
        <>
          <Button variant="secondary" onClick={onClose}>
            {common("actions.back")}
          </Button>
          <Button isBusy={report.isPending} onClick={send}>
            {t("submit")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-5">
        {failure && <Notice tone="danger">{failure}</Notice>}
        <fieldset>
          <legend className="mb-1 text-sm font-semibold">{t("what")}</legend>
          {REASONS.map((each) => (
            <label key={each} className="flex min-h-11 items-center gap-3 text-sm">
              <input
                type="radio"
                name="reason"
                checked={reason === each}
                onChange={() => setReason(each)}
                className="size-4 accent-accent"
              />
              <span>{t(each)}</span>
            </label>
          ))}
        </fieldset>
        <Field
          label={t("text")}
          isOptional
          error={isTooLong ? t("too_long", { count: MAX_TEXT }) : undefined}
        >
          {(field) => (
            <Textarea {...field} rows={4} value={text} onChange={({ target }) => setText(target.value)} />
          )}
        </Field>
      </div>
    </Dialog>
  );
}
