import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useState } from "react";
import { Card } from "~/components/Card";
import { ErrorState } from "~/components/ErrorState";
import { NotFound } from "~/components/NotFound";
import { Page } from "~/components/Page";
import { Skeleton } from "~/components/Skeleton";
import { type Tab, Tabs } from "~/components/Tabs";
import { isProblem } from "~/lib/api/problem";
import { type Mail, mailQuery } from "./queries";
import { useTexts } from "./texts";

type Part = "page" | "text" | "calendar" | "headers";

/** A mail of the demo, as a mail program shows it. */
export function MailPage({ id }: { id: string }) {
  const { data: mail, error, isPending, refetch } = useQuery(mailQuery(id));
  const t = useTexts();
  if (isPending) return <Skeleton className="mx-auto my-10 h-96 max-w-3xl" />;
  if (!mail) {
    if (isProblem(error) && error.status === 404) return <NotFound />;
    return <ErrorState error={error} onRetry={() => void refetch()} isPage className="py-24" />;
  }
  return (
    <Page
      title={mail.subject}
      width="middle"
      intro={<span className="break-all">{t("inbox.to", { recipient: mail.recipient })}</span>}
      before={
        <Link
          to="/inbox"
          className="mb-4 inline-flex min-h-11 items-center gap-2 text-sm text-ink-soft hover:text-ink"
        >
          <ArrowLeft aria-hidden className="size-4" />
          {t("inbox.back")}
        </Link>
      }
    >
      <Parts mail={mail} />
    </Page>
  );
}

function Parts({ mail }: { mail: Mail }) {
  const t = useTexts();
  const [shown, setShown] = useState<Part>("page");
  const tabs: Tab<Part>[] = [
    {
      name: "page",
      label: t("inbox.page"),
      // no script and no form of a mail runs; its links open a tab of their own
      content: (
        <iframe
          title={mail.subject}
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          srcDoc={mail.html}
          className="h-[70vh] w-full rounded-xl border border-line bg-white"
        />
      ),
    },
    { name: "text", label: t("inbox.text"), content: <Source text={mail.text} /> },
    ...(mail.calendar
      ? [{ name: "calendar" as const, label: t("inbox.calendar"), content: <Source text={mail.calendar} /> }]
      : []),
    {
      name: "headers",
      label: t("inbox.headers"),
      content: <Source text={mail.headers.map(({ name, value }) => `${name}: ${value}`).join("\n")} />,
    },
  ];
  return <Tabs label={t("inbox.title")} tabs={tabs} shown={shown} onShow={setShown} />;
}

function Source({ text }: { text: string }) {
  return (
    <Card className="p-5">
      <pre dir="auto" className="whitespace-pre-wrap break-words text-sm">
        {text}
      </pre>
    </Card>
  );
}
