import { useMutation } from "@tanstack/react-query";
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
export function ActionDialog<Result>({
  title,
  text,
  actionLabel,
  keepLabel,
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
  actionLabel: string;
  /** What the button says that changes nothing. */
  keepLabel?: string;
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
  const field = useRef<HTMLTextAreaElement>(null);

  const action = useMutation({
    mutationFn: (given: string) => submit(given, keyOf([given, intent])),
    onSuccess: async (result) => {
      await refetchUserData();
      if (successMessage) toast.success(successMessage);
      if (onDone) onDone(result);
      else onClose();
    },
    onError: () => void refetchUserData(),
  });

  const rejectReason = (message: string) => {
    setReasonError(message);
    field.current?.focus();
  };
  const confirm = () => {
    const trimmedReason = reason.trim();
    if (!trimmedReason && !isReasonOptional) return rejectReason(t("step.reason_needed"));
    if ([...trimmedReason].length > MAX_REASON)
      return rejectReason(t("step.reason_long", { count: MAX_REASON }));
    action.mutate(trimmedReason);
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
            {keepLabel ?? common("actions.back")}
          </Button>
          <Button
            variant={isDanger ? "danger" : "primary"}
            isBusy={action.isPending}
            disabled={!isReady}
            onClick={confirm}
          >
            {actionLabel}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-5">
        {action.error && <Notice tone="danger">{errorMessage(action.error)}</Notice>}
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
