import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "~/components/Badge";
import { ErrorState } from "~/components/ErrorState";
import { MoreButton } from "~/components/MoreButton";
import { Skeleton } from "~/components/Skeleton";
import { formatDateTime, useZone } from "~/lib/time/time";
import { useNow } from "~/lib/time/useNow";
import { type OwnMail, sentMailQuery } from "./queries";
import { useTexts } from "./texts";
import { useSubject } from "./useSubject";

const TONES: Record<OwnMail["progress"], Tone> = {
  waiting: "neutral",
  sent: "good",
  not_sent: "warn",
  unknown: "warn",
};

/** What was sent to the user, what is to come, and what was not sent and why. */
export function SentMail() {
  const t = useTexts();
  const { t: common } = useTranslation();
  const query = useInfiniteQuery(sentMailQuery);
  const { data, error, refetch } = query;
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} className="py-2" />;
  if (!data)
    return (
      <div role="status" aria-label={common("loading")}>
        <Skeleton className="h-32 w-full" />
      </div>
    );
  const mails = data.pages.flatMap(({ items }) => items);
  if (mails.length === 0) return <p className="text-sm text-ink-soft">{t("sent.none")}</p>;
  return (
    <div className="flex flex-col gap-4">
      <ul aria-label={t("sent.label")} className="flex flex-col divide-y divide-line">
        {mails.map((mail) => (
          <li key={mail.id} className="py-3 first:pt-0 last:pb-0">
            <Row mail={mail} />
          </li>
        ))}
      </ul>
      <MoreButton of={query} size="sm" />
    </div>
  );
}

function Row({ mail }: { mail: OwnMail }) {
  const t = useTexts();
  const zone = useZone();
  const now = useNow();
  const subject = useSubject()(mail);
  const { booking, progress, reason, sent_at, due_at } = mail;
  const when = formatDateTime(sent_at ?? due_at, zone);
  const isToCome = progress === "waiting" && !reason && new Date(due_at) > now;
  return (
    <div className="text-sm">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <bdi className="min-w-0 font-medium wrap-anywhere">{subject}</bdi>
        <Badge tone={TONES[progress]}>{t(`sent.progress.${progress}`)}</Badge>
      </p>
      <p className="tabular text-ink-soft">
        {sent_at ? t("sent.sent_at", { when }) : t(isToCome ? "sent.planned" : "sent.was_due", { when })}
      </p>
      {reason && <p className="text-ink-soft">{t(`reason.${reason}`)}</p>}
      {booking && <BookingLink mail={mail} booking={booking} subject={subject} />}
    </div>
  );
}

const LINK = "inline-flex min-h-6 items-center font-medium text-accent underline-offset-4 hover:underline";

function BookingLink({ mail, booking, subject }: { mail: OwnMail; booking: string; subject: string }) {
  const t = useTexts();
  const label = t("sent.open_of", { subject });
  return mail.as_creator ? (
    <Link to="/creator/bookings" search={{ booking }} aria-label={label} className={LINK}>
      {t("sent.open")}
    </Link>
  ) : (
    <Link to="/dashboard" search={{ booking }} aria-label={label} className={LINK}>
      {t("sent.open")}
    </Link>
  );
}
