import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Field, Textarea } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { createKeyFor } from "~/lib/api/idempotencyKeys";
import { reasonLimits } from "~/lib/api/limits";
import { refetchUserData } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { useTexts } from "./texts";

const MAX_REASON = reasonLimits.reason.maxLength;

/** Asks before the staff does something, says what it means, and takes the reason for the log. */
export function StepDialog<Done>({
  title,
  text,
  action,
  keep,
  done,
  isDanger,
  isReasonOptional,
  reasonHint,
  intent,
  isReady = true,
  take,
  onDone,
  onClose,
  children,
}: {
  title: string;
  text?: ReactNode;
  /** What the button says. */
  action: string;
  /** What the button says that changes nothing. */
  keep?: string;
  /** What is said once it is done; nothing where `onDone` shows it. */
  done?: string;
  isDanger?: boolean;
  isReasonOptional?: boolean;
  reasonHint?: string;
  /** What else than the reason makes it another thing to do. */
  intent?: unknown;
  isReady?: boolean;
  take: (reason: string, key: string) => Promise<Done>;
  /** What follows, in place of closing. */
  onDone?: (done: Done) => void;
  onClose: () => void;
  children?: ReactNode;
}) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const [keyOf] = useState(createKeyFor);
  const [reason, setReason] = useState("");
  const [fault, setFault] = useState<string>();
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);

  const refuse = (sentence: string) => {
    setFault(sentence);
    field.current?.focus();
  };
  const go = async () => {
    const said = reason.trim();
    if (!said && !isReasonOptional) return refuse(t("step.reason_needed"));
    if ([...said].length > MAX_REASON) return refuse(t("step.reason_long", { count: MAX_REASON }));
    setBusy(true);
    setFailure(null);
    try {
      const result = await take(said, keyOf([said, intent]));
      await refetchUserData();
      if (done) toast.success(done);
      if (onDone) onDone(result);
      else onClose();
    } catch (error) {
      setFailure(errorMessage(error));
      void refetchUserData();
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={title}
      description={text}
      footer={
        <>
          <Button variant="secondary" onClick={onClose}>
            {keep ?? common("actions.back")}
          </Button>
          <Button
            variant={isDanger ? "danger" : "primary"}
            isBusy={isBusy}
            disabled={!isReady}
            onClick={() => void go()}
          >
            {action}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-5">
        {failure && <Notice tone="danger">{failure}</Notice>}
        {children}
        <Field
          label={t("step.reason")}
          hint={reasonHint ?? t("step.reason_hint")}
          error={fault}
          isOptional={isReasonOptional}
        >
          {(given) => (
            <Textarea
              {...given}
              ref={field}
              rows={3}
              value={reason}
              onChange={({ target }) => {
                setReason(target.value);
                setFault(undefined);
              }}
            />
          )}
        </Field>
      </div>
    </Dialog>
  );
}
