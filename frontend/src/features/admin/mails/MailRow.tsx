import { Link } from "@tanstack/react-router";
import { RotateCw } from "lucide-react";
import { Badge, type Tone } from "~/components/Badge";
import { Button } from "~/components/Button";
import { useTexts as useMailTexts } from "~/features/mail/texts";
import { useSubject } from "~/features/mail/useSubject";
import { DateTime } from "../DateTime";
import { useTexts } from "../texts";
import type { Mail, MailsOf } from "./queries";

const TONES: Record<Mail["state"], Tone> = {
  pending: "neutral",
  started: "neutral",
  held: "warn",
  sent: "good",
  refused: "danger",
  unknown: "warn",
  dropped: "neutral",
};
const LINK = "inline-flex min-h-6 items-center font-medium text-accent underline-offset-4 hover:underline";

/** One mail. What its page is about anyway, the account or the booking, is not linked. */
export function MailRow({ mail, of, onRetry }: { mail: Mail; of: MailsOf; onRetry: () => void }) {
  const t = useTexts();
  const why = useMailTexts();
  const subject = useSubject()(mail);
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 text-sm">
      <div className="min-w-0 flex-1 basis-64">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <bdi className="min-w-0 font-medium wrap-anywhere">{subject}</bdi>
          {mail.booking && !("user" in of) && (
            <span className="text-ink-soft">
              {t(mail.as_creator ? "mails.to_creator" : "mails.to_learner")}
            </span>
          )}
          <Badge tone={TONES[mail.state]}>{t(`mails.state.${mail.state}`)}</Badge>
        </p>
        {mail.reason && <p className="text-ink-soft">{why(`reason.${mail.reason}`)}</p>}
        <Facts mail={mail} />
        <p className="flex flex-wrap gap-x-4">
          {!("user" in of) && (
            <Link to="/admin/users/$id" params={{ id: mail.user }} className={LINK}>
              {t("mails.person")}
            </Link>
          )}
          {mail.booking && !("booking" in of) && (
            <Link to="/admin/bookings/$id" params={{ id: mail.booking }} className={LINK}>
              {t("mails.booking")}
            </Link>
          )}
        </p>
      </div>
      {mail.can_retry && (
        <Button
          variant="secondary"
          size="sm"
          aria-label={t("mails.retry.open_of", { subject })}
          onClick={onRetry}
        >
          <RotateCw aria-hidden className="size-4" />
          <span>{t("mails.retry.open")}</span>
        </Button>
      )}
    </div>
  );
}

/** When it was sent or is due, how often that was tried, and what the server said. */
function Facts({ mail }: { mail: Mail }) {
  const t = useTexts();
  const { sent_at, due_at, next_attempt_at, attempts, server_error, can_retry, expires_at } = mail;
  const isPostponed = mail.state === "pending" && mail.reason !== null && next_attempt_at;
  return (
    <p className="text-xs text-ink-faint">
      {sent_at ? (
        <span>
          {t("mails.sent")} <DateTime at={sent_at} />
        </span>
      ) : (
        <span>
          {t("mails.due")} <DateTime at={due_at} />
        </span>
      )}
      {attempts > 0 && (
        <span>
          {" "}
          · <span>{t("mails.attempts", { count: attempts })}</span>
        </span>
      )}
      {isPostponed && (
        <span>
          {" "}
          · {t("mails.next")} <DateTime at={next_attempt_at} />
        </span>
      )}
      {can_retry && (
        <span>
          {" "}
          · {t("mails.expires")} <DateTime at={expires_at} />
        </span>
      )}
      {server_error && (
        <span>
          {" "}
          · <span>{t("mails.server", { error: server_error })}</span>
        </span>
      )}
    </p>
  );
}
