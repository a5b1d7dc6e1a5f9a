import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactElement, useState } from "react";
import { ErrorState } from "~/components/ErrorState";
import { MoreButton } from "~/components/MoreButton";
import { Skeleton } from "~/components/Skeleton";
import { useSubject } from "~/features/mail/useSubject";
import { ActionDialog } from "../ActionDialog";
import { useTexts } from "../texts";
import { MailRow } from "./MailRow";
import { type Mail, type MailsOf, mailsQuery, retryMail } from "./queries";

/** Mail with its state, why it did not go, and a button to retry what can still succeed. */
export function MailList({ of, empty }: { of: MailsOf; empty?: ReactElement }) {
  const t = useTexts();
  const subjectOf = useSubject();
  const [retried, setRetried] = useState<Mail | null>(null);
  const query = useInfiniteQuery(mailsQuery(of));
  const { data, error, refetch } = query;
  if (!data) {
    if (error) return <ErrorState error={error} onRetry={() => void refetch()} className="py-4" />;
    return <Skeleton className="h-24 w-full" />;
  }
  const mails = data.pages.flatMap(({ items }) => items);
  if (mails.length === 0) return empty ?? <p className="text-sm text-ink-soft">{t("mails.none")}</p>;
  return (
    <>
      <ul className="flex flex-col divide-y divide-line">
        {mails.map((mail) => (
          <li key={mail.id} className="py-3 first:pt-0 last:pb-0">
            <MailRow mail={mail} of={of} onRetry={() => setRetried(mail)} />
          </li>
        ))}
      </ul>
      <MoreButton of={query} size="sm" className="mt-3" />
      {retried && (
        <ActionDialog
          title={t("mails.retry.title", { subject: subjectOf(retried) })}
          text={t("mails.retry.text")}
          actionLabel={t("mails.retry.do")}
          done={t("mails.retry.done")}
          submit={(reason) => retryMail(retried.id, reason)}
          onClose={() => setRetried(null)}
        />
      )}
    </>
  );
}
