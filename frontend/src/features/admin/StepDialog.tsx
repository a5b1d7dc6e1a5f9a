import { type ReactNode, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Field, Textarea } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { createKeyFor } from "~/lib/api/idempotencyKeys";
import { refetchUserData } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { useTexts } from "./texts";

const MAX_REASON = 500;

/** Asks before the staff does something, says what it means, and takes the reason for the log. */
export function ActionDialog<Result>({
  title,
  text,
  action,
  done: successMessage,
  isDanger,
  isReasonOptional,
  reasonHint,
  intent,
  isReady = true,
  take: submit,
  onDone,
  onClose,
  children,
}: {
  title: string;
  text?: ReactNode;
  /** What the button says. */
  action: string;
  /** What is said once it is done; nothing where `onDone` shows it. */
  done?: string;
  isDanger?: boolean;
  isReasonOptional?: boolean;
  reasonHint?: string;
  /** What else than the reason makes it another thing to do. */
  intent?: unknown;
  isReady?: boolean;
  take: (reason: string, key: string) => Promise<Result>;
  /** What follows, in place of closing. */
  onDone?: (done: Result) => void;
  onClose: () => void;
  children?: ReactNode;
}) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const [keyOf] = useState(createKeyFor);
  const [reason, setReason] = useState("");
  const [reasonError, setReasonError] = useState<string>();
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);

  const rejectReason = (sentence: string) => {
    setReasonError(sentence);
    field.current?.focus();
  };
  const confirm = async () => {
    const trimmedReason = reason.trim();
    if (!trimmedReason && !isReasonOptional) return rejectReason(t("step.reason_needed"));
    if ([...trimmedReason].length > MAX_REASON)
      return rejectReason(t("step.reason_long", { count: MAX_REASON }));
    setBusy(true);
    setFailure(null);
    try {
      const result = await submit(trimmedReason, keyOf([trimmedReason, intent]));
      await refetchUserData();
      if (successMessage) toast.success(successMessage);
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
            {common("actions.cancel")}
          </Button>
          <Button
            variant={isDanger ? "danger" : "primary"}
            isBusy={isBusy}
            disabled={!isReady}
            onClick={() => void confirm()}
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
          error={reasonError}
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
                setReasonError(undefined);
              }}
            />
          )}
        </Field>
      </div>
    </Dialog>
  );
}
