import { StepDialog } from "../StepDialog";
import { useTexts } from "../texts";
import { type SessionStep, takeStep } from "./queries";

const OPTIONAL: SessionStep[] = ["restore", "feature", "unfeature"];

/** A step of moderation: what it means, and why it is taken. */
export function SessionStepDialog({
  session: { id, title },
  step,
  onClose,
}: {
  session: { id: string; title: string };
  step: SessionStep;
  onClose: () => void;
}) {
  const t = useTexts();
  return (
    <StepDialog
      title={t(`${step}.title`, { title })}
      text={t(`${step}.text`)}
      action={t(`${step}.do`)}
      done={t(`${step}.done`)}
      isDanger={step === "hide" || step === "archive"}
      isReasonOptional={OPTIONAL.includes(step)}
      reasonHint={step === "hide" ? t("hide.reason_hint") : undefined}
      intent={step}
      take={(reason, key) => takeStep(id, step, reason, key)}
      onClose={onClose}
    />
  );
}
