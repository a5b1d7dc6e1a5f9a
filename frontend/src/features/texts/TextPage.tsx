import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ErrorState } from "~/components/ErrorState";
import { NotFound } from "~/components/NotFound";
import { Page } from "~/components/Page";
import { Skeleton } from "~/components/Skeleton";
import { isProblem } from "~/lib/api/problem";
import { textQuery } from "./queries";

const WRITTEN =
  "max-w-prose break-words [&>*+*]:mt-4 [&>h2]:mt-10 [&>h2]:text-xl [&>h3]:mt-8 [&>h3]:text-lg [&_a]:text-accent [&_a]:underline [&_a]:underline-offset-4 [&_blockquote]:border-l-4 [&_blockquote]:border-line [&_blockquote]:pl-4 [&_code]:text-sm [&_li+li]:mt-1.5 [&_ol]:list-decimal [&_ol]:pl-6 [&_pre]:overflow-x-auto [&_ul]:list-disc [&_ul]:pl-6";

/** A text that the operator has written, such as the terms. */
export function TextPage({ name }: { name: string }) {
  const { data: text, error, isPending, refetch } = useQuery(textQuery(name));
  if (isPending) return <TextSkeleton />;
  if (!text) {
    if (isProblem(error) && error.status === 404) return <NotFound />;
    return <ErrorState error={error} onRetry={() => void refetch()} isPage className="py-24" />;
  }
  return (
    <Page title={text.title} width="middle">
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: the server renders it from Markdown and escapes HTML */}
      <div className={WRITTEN} dangerouslySetInnerHTML={{ __html: text.html }} />
    </Page>
  );
}

function TextSkeleton() {
  const { t } = useTranslation();
  return (
    <div role="status" className="mx-auto max-w-3xl px-4 py-10 sm:px-6">
      <h1 className="sr-only">{t("loading")}</h1>
      <Skeleton className="mb-8 h-9 w-48" />
      <Skeleton className="h-72 w-full" />
    </div>
  );
}
