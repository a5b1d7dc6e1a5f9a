import { Badge, type Tone } from "~/components/Badge";
import { useTexts } from "../texts";
import type { PaymentRecord } from "./queries";

const TONES = {
  due: "neutral",
  open: "warn",
  authorized: "accent",
  paid: "good",
  voided: "neutral",
} as const satisfies Record<PaymentRecord["status"], Tone>;

export function PaymentStatusBadge({ payment }: { payment: Pick<PaymentRecord, "status" | "parked"> }) {
  const t = useTexts();
  return (
    <span className="inline-flex flex-wrap items-center gap-1.5">
      <Badge tone={TONES[payment.status]}>{t(`payments.status.${payment.status}`)}</Badge>
      {payment.parked && <Badge tone="danger">{t("payments.parked_badge")}</Badge>}
    </span>
  );
}
