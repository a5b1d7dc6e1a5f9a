import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, Link2Off } from "lucide-react";
import { Button, buttonClass } from "~/components/Button";
import { EmptyState } from "~/components/EmptyState";
import { ErrorState } from "~/components/ErrorState";
import { Page, useTitle } from "~/components/Page";
import { Skeleton } from "~/components/Skeleton";
import { isProblem } from "~/lib/api/problem";
import { unsubscribe, unsubscribeQuery } from "./queries";
import { useTexts } from "./texts";

/** Ends mail of one kind. Opening the page changes nothing: mail scanners do. */
export function UnsubscribePage({ token }: { token: string }) {
  const t = useTexts();
  const { data, error, isPending, refetch } = useQuery(unsubscribeQuery(token));
  const ending = useMutation({ mutationFn: () => unsubscribe(token) });
  if (isPending) return <Skeleton className="mx-auto my-24 h-40 max-w-md" />;
  if (!data) {
    if (isProblem(error) && error.status === 404)
      return <Outcome isDone={false} text={t("unsubscribe.dead")} />;
    return <ErrorState error={error} onRetry={() => void refetch()} isPage className="py-24" />;
  }
  const kind = t(`kinds.${data.kind}`);
  if (ending.isSuccess) return <Outcome isDone text={t("unsubscribe.done", { kind })} />;
  return (
    <Page title={t("unsubscribe.title")} intro={t("unsubscribe.intro", { kind })} width="narrow">
      {ending.error && <ErrorState error={ending.error} onRetry={() => ending.mutate()} />}
      <Button size="lg" isBusy={ending.isPending} onClick={() => ending.mutate()}>
        {t("unsubscribe.submit")}
      </Button>
    </Page>
  );
}

function Outcome({ isDone, text }: { isDone: boolean; text: string }) {
  const t = useTexts();
  const title = t(isDone ? "unsubscribe.done_title" : "unsubscribe.dead_title");
  useTitle(title);
  return (
    <EmptyState
      isPage
      icon={isDone ? CircleCheck : Link2Off}
      title={title}
      className="py-24"
      action={
        <Link to="/" className={buttonClass()}>
          {t("unsubscribe.home")}
        </Link>
      }
    >
      {text}
    </EmptyState>
  );
}
