import { useQuery } from "@tanstack/react-query";
import {
  CalendarClock,
  Clock,
  Globe,
  HandCoins,
  House,
  Languages,
  type LucideIcon,
  MapPin,
  ShieldCheck,
  UserCheck,
  UsersRound,
  Video,
} from "lucide-react";
import type { ReactNode } from "react";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { displayName } from "~/lib/auth/me";
import { useFormatDuration, useFormatNotice } from "~/lib/time/duration";
import { useZone, useZoneName } from "~/lib/time/time";
import type { Session } from "../queries";
import { paymentKind } from "../refundPolicy";
import { useTexts } from "../texts";
import { useRefundWords } from "../useRefundWords";
import { Venue } from "../Venue";
import { useLanguageName } from "../where";

type Fact = { icon: LucideIcon; text: ReactNode };

const ICONS = { online: Video, in_person: MapPin, at_yours: House };

/** Key facts of a session. */
export function Facts({ session }: { session: Session }) {
  const t = useTexts();
  const duration = useFormatDuration();
  const noticePeriod = useFormatNotice();
  const zone = useZone();
  const refund = useRefundWords();
  const kind = paymentKind(session, useQuery(marketplaceQuery).data);
  const { max_participants, cancellation_notice, requires_confirmation, is_open, time_zone } = session;
  const creatorZone = useZoneName(time_zone);
  const language = useLanguageName();
  const name = session.creator_details.first_name || displayName(session.creator_details);
  const facts: Fact[] = [
    { icon: Clock, text: duration(session.duration) },
    {
      icon: UsersRound,
      text: max_participants === 1 ? t("detail.alone") : t("detail.group", { count: max_participants }),
    },
    {
      icon: ShieldCheck,
      text:
        kind === "online"
          ? refund({ policy: session.cancellation_policy, notice: cancellation_notice })
          : cancellation_notice === 0
            ? t("detail.cancel_until_start")
            : t("detail.cancel_until", { notice: noticePeriod(cancellation_notice) }),
    },
  ];
  if (kind === "direct") facts.push({ icon: HandCoins, text: t("refund.direct") });
  if (is_open) facts.push({ icon: CalendarClock, text: t("detail.open") });
  if (requires_confirmation) facts.push({ icon: UserCheck, text: t("detail.confirms", { name }) });
  if (time_zone !== zone) facts.push({ icon: Globe, text: t("detail.zone", { name, zone: creatorZone }) });
  if (session.language)
    facts.push({ icon: Languages, text: t("detail.language", { language: language(session.language) }) });
  if (session.format || session.place) {
    facts.unshift({ icon: ICONS[session.format ?? "in_person"], text: <Venue session={session} /> });
  }
  return (
    <ul className="grid gap-x-6 gap-y-3.5 sm:grid-cols-2">
      {facts.map(({ icon: Icon, text }) => (
        <li key={typeof text === "string" ? text : "venue"} className="flex items-start gap-3">
          <Icon aria-hidden className="mt-0.5 size-5 shrink-0 text-accent" />
          <span className="min-w-0">{text}</span>
        </li>
      ))}
    </ul>
  );
}
