import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Inbox, MailX } from "lucide-react";
import { Card } from "~/components/Card";
import { EmptyState } from "~/components/EmptyState";
import { ErrorState } from "~/components/ErrorState";
import { MoreButton } from "~/components/MoreButton";
import { Page } from "~/components/Page";
import { Skeleton } from "~/components/Skeleton";
import { isProblem } from "~/lib/api/problem";
import { formatDateTime, useZone } from "~/lib/time/time";
import { inboxQuery } from "./queries";
import { useTexts } from "./texts";

/** The mails that a demo keeps instead of sending them. */
export function InboxPage() {
  const t = useTexts();
  return (
    <Page title={t("inbox.title")} intro={t("inbox.intro")} width="middle">
      <Mails />
    </Page>
  );
}

function Mails() {
  const t = useTexts();
  const zone = useZone();
  const query = useInfiniteQuery(inboxQuery);
  const { data, error } = query;
  if (!data) {
    if (isProblem(error) && error.status === 404) return <NoInbox />;
    return error ? (
      <ErrorState error={error} onRetry={() => void query.refetch()} />
    ) : (
      <Skeleton className="h-72 w-full" />
    );
  }
  const mails = data.pages.flatMap(({ items }) => items);
  if (mails.length === 0) {
    return (
      <EmptyState icon={Inbox} title={t("inbox.empty_title")}>
        {t("inbox.empty")}
      </EmptyState>
    );
  }
  return (
    <>
      <Card className="overflow-hidden">
        <ul aria-label={t("inbox.list")} className="divide-y divide-line">
          {mails.map(({ id, subject, recipient, created_at }) => (
            <li key={id}>
              <Link
                to="/inbox/$id"
                params={{ id }}
                className="flex flex-col gap-0.5 px-5 py-3.5 hover:bg-sunken focus-visible:-outline-offset-2"
              >
                <span dir="auto" className="break-words font-semibold">
                  {subject}
                </span>
                <span className="flex flex-wrap justify-between gap-x-4 text-sm text-ink-soft">
                  <span className="break-all">{t("inbox.to", { recipient })}</span>
                  <time dateTime={created_at} className="tabular">
                    {formatDateTime(created_at, zone)}
                  </time>
                </span>
              </Link>
            </li>
          ))}
        </ul>
      </Card>
      <MoreButton of={query} className="mt-6" />
    </>
  );
}

export function NoInbox() {
  const t = useTexts();
  return (
    <EmptyState icon={MailX} title={t("inbox.off_title")}>
      {t("inbox.off")}
    </EmptyState>
  );
}
