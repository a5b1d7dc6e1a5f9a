import { CalendarX2, Check, CheckCheck, Hourglass, type LucideIcon } from "lucide-react";
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

export function StatusBadge({ status }: { status: Status }) {
  const t = useTexts();
  const { tone, icon: Icon } = LOOKS[status];
  return (
    <Badge tone={tone}>
      <Icon aria-hidden className="size-3.5" />
      <span>{t(`status.${status}`)}</span>
    </Badge>
  );
}
