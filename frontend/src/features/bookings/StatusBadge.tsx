import { CalendarX2, Check, CheckCheck, CreditCard, Hourglass, type LucideIcon } from "lucide-react";
import { Badge, type Tone } from "~/components/Badge";
import type { Schema } from "~/lib/api/client";
import { useTexts } from "./texts";

type Status = Schema<"BookingOut">["status"];

const LOOKS: Record<Status, { tone: Tone; icon: LucideIcon }> = {
  pending: { tone: "warn", icon: Hourglass },
  confirmed: { tone: "good", icon: Check },
  completed: { tone: "neutral", icon: CheckCheck },
  cancelled: { tone: "danger", icon: CalendarX2 },
};

/** The status of a booking, or that it waits for its payment. */
export function StatusBadge({ status, isUnpaid = false }: { status: Status; isUnpaid?: boolean }) {
  const t = useTexts();
  const { tone, icon } = LOOKS[status];
  const Icon = isUnpaid ? CreditCard : icon;
  return (
    <Badge tone={tone}>
      <Icon aria-hidden className="size-3.5" />
      <span>{t(`status.${isUnpaid ? "unpaid" : status}`)}</span>
    </Badge>
  );
}
