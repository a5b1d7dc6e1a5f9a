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

/** Confirms a staff action, explains its effect and asks for the reason for the audit log. */
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
  submit,
  onDone,
  onClose,
  children,
}: {
  title: string;
  text?: ReactNode;
  /** Label of the confirm button. */
  actionLabel: string;
  /** Label of the cancel button. */
  keepLabel?: string;
  /** Success message; omit it if `onDone` shows the result. */
  done?: string;
  isDanger?: boolean;
  isReasonOptional?: boolean;
  reasonHint?: string;
  /** What identifies the action besides its reason: a new value gets a new idempotency key. */
  intent?: unknown;
  isReady?: boolean;
  submit: (reason: string, key: string) => Promise<Result>;
  /** Called instead of closing the dialog. */
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
    mutationFn: (trimmed: string) => submit(trimmed, keyOf([trimmed, intent])),
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
        <div className="contents">{children}</div>
        <Field
          label={t("step.reason")}
          hint={reasonHint ?? t("step.reason_hint")}
          error={reasonError}
          isOptional={isReasonOptional}
        >
          {(control) => (
            <Textarea
              {...control}
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
