import { ActionDialog } from "../ActionDialog";
import { useTexts } from "../texts";
import { applyAction, type SessionAction } from "./queries";

const OPTIONAL: SessionAction[] = ["restore", "feature", "unfeature"];

/** A step of moderation: what it means, and why it is taken. */
export function SessionActionDialog({
  session: { id, title },
  step,
  onClose,
}: {
  session: { id: string; title: string };
  step: SessionAction;
  onClose: () => void;
}) {
  const t = useTexts();
  return (
    <ActionDialog
      title={t(`${step}.title`, { title })}
      text={t(`${step}.text`)}
      actionLabel={t(`${step}.do`)}
      done={t(`${step}.done`)}
      isDanger={step === "hide" || step === "archive"}
      isReasonOptional={OPTIONAL.includes(step)}
      reasonHint={step === "hide" ? t("hide.reason_hint") : undefined}
      intent={step}
      take={(reason, key) => applyAction(id, step, reason, key)}
      onClose={onClose}
    />
  );
}
