import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Heart } from "lucide-react";
import { Suspense, useRef } from "react";
import { useTranslation } from "react-i18next";
import { buttonClass } from "~/components/Button";
import { EmptyState } from "~/components/EmptyState";
import { ErrorState } from "~/components/ErrorState";
import { MoreButton } from "~/components/MoreButton";
import { Page } from "~/components/Page";
import { Grid, GridSkeleton } from "../catalog/Grid";
import { uniqueById } from "../queries";
import { favouritesQuery } from "./queries";
import { useTexts } from "./texts";

/** The sessions that a person keeps, most recently added first. */
export function FavouritesPage() {
  const t = useTexts();
  return (
    <Page title={t("title")} intro={t("intro")}>
      <FavouritesList />
    </Page>
  );
}

function FavouritesList() {
  const t = useTexts();
  const { t: common } = useTranslation();
  const list = useRef<HTMLUListElement>(null);
  const query = useInfiniteQuery(favouritesQuery);
  const { data, error, isFetchNextPageError, fetchNextPage } = query;
  if (!data) {
    return error ? (
      <ErrorState error={error} onRetry={() => void query.refetch()} />
    ) : (
      <GridSkeleton count={4} />
    );
  }
  const sessions = uniqueById(data.pages.flatMap(({ items }) => items));
  if (sessions.length === 0) {
    return (
      <EmptyState
        icon={Heart}
        title={t("empty_title")}
        action={
          <Link to="/" className={buttonClass()}>
            {common("actions.home")}
          </Link>
        }
      >
        {t("empty_text")}
      </EmptyState>
    );
  }

  async function showMore() {
    const before = sessions.length;
    await fetchNextPage();
    // move focus to the first of the new cards
    requestAnimationFrame(() => list.current?.children[before]?.querySelector("a")?.focus());
  }

  return (
    <>
      <h2 className="sr-only">{t("list")}</h2>
      <Suspense fallback={<GridSkeleton count={4} />}>
        <Grid ref={list} sessions={sessions} />
      </Suspense>
      {isFetchNextPageError && (
        <ErrorState error={error} onRetry={() => void fetchNextPage()} className="py-6" />
      )}
      {!isFetchNextPageError && (
        <MoreButton of={query} onClick={showMore} className="mt-10 flex justify-center" />
      )}
    </>
  );
}
