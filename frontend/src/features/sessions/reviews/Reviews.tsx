import { useInfiniteQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "~/components/Button";
import { ErrorState } from "~/components/ErrorState";
import { MoreButton } from "~/components/MoreButton";
import { Skeleton } from "~/components/Skeleton";
import { isProblem } from "~/lib/api/problem";
import { displayName, useMe } from "~/lib/auth/me";
import { formatLongDay, useZone } from "~/lib/time/time";
import type { Session } from "../queries";
import { AnswerForm } from "./AnswerForm";
import { type Review, reportReview, reviewsQuery } from "./queries";
import { Stars } from "./Stars";
import { useTexts } from "./texts";

const ReportDialog = lazy(() => import("../report/ReportDialog"));

/** What people say about a session, with the creator's answers. */
export default function Reviews({ session }: { session: Session }) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const query = useInfiniteQuery(reviewsQuery(session.id));
  const { data, error, refetch, isFetchingNextPage } = query;
  const reviews = data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <section aria-labelledby="reviews" className="mt-7 border-t border-line pt-7">
      <h2 id="reviews" className="text-xl">
        {t("title")}
      </h2>
      <Summary rating={session.rating} />
      {!data && error && <ErrorState error={error} onRetry={() => void refetch()} className="py-4" />}
      {!data && !error && <Skeleton className="mt-5 h-24 w-full" />}
      <ul className="mt-5 flex flex-col gap-6">
        {reviews.map((review) => (
          <li key={review.id}>
            <OneReview review={review} session={session} />
          </li>
        ))}
      </ul>
      <MoreButton of={query} className="mt-6">
        {t("more")}
      </MoreButton>
      <span className="sr-only" role="status">
        {isFetchingNextPage ? common("loading") : ""}
      </span>
    </section>
  );
}

function Summary({ rating: { average, count } }: Pick<Session, "rating">) {
  const t = useTexts();
  const { language } = useTranslation().i18n;
  if (average === null) return null;
  const shown = new Intl.NumberFormat(language, { minimumFractionDigits: 1 }).format(average);
  const number = new Intl.NumberFormat(language).format(count);
  return (
    <p className="tabular mt-1 text-sm text-ink-soft">{t("summary", { average: shown, number, count })}</p>
  );
}

function OneReview({ review, session }: { review: Review; session: Session }) {
  const t = useTexts();
  const zone = useZone();
  const me = useMe();
  const [opened, setOpened] = useState<"answer" | "report" | null>(null);
  const name = review.author_name;
  const canAnswer = me?.id === session.creator && review.answered_at === null;
  return (
    <article>
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
        <Stars stars={review.stars} />
        <h3 className="text-sm font-semibold">
          <bdi>{name}</bdi>
        </h3>
        <time dateTime={review.created_at} className="text-ink-faint">
          {formatLongDay(review.created_at, zone)}
        </time>
      </header>
      {review.text && (
        <p dir="auto" className="mt-2 max-w-prose whitespace-pre-line break-words">
          {review.text}
        </p>
      )}
      {review.answer && (
        <div className="mt-3 max-w-prose rounded-control bg-sunk px-4 py-3 text-sm">
          <h4 className="text-sm font-semibold">
            {t("answer_of", { name: displayName(session.creator_details) })}
          </h4>
          <p dir="auto" className="mt-1 whitespace-pre-line break-words">
            {review.answer}
          </p>
        </div>
      )}
      {opened === "answer" && canAnswer ? (
        <AnswerForm review={review} onClose={() => setOpened(null)} />
      ) : (
        me && (
          <div className="mt-1 -ml-3 flex">
            {canAnswer && (
              <Button
                variant="quiet"
                size="sm"
                aria-label={t("answer_to", { name })}
                onClick={() => setOpened("answer")}
              >
                {t("answer")}
              </Button>
            )}
            <Button
              variant="quiet"
              size="sm"
              aria-label={t("report_of", { name })}
              onClick={() => setOpened("report")}
            >
              {t("report")}
            </Button>
          </div>
        )
      )}
      {opened === "report" && (
        <Suspense>
          <ReportDialog
            title={t("report_of", { name })}
            onClose={() => setOpened(null)}
            send={(body, key) => reportReview(review.id, body, key)}
            explain={(error) => (isProblem(error, "already_reported") ? t("already_reported") : undefined)}
          />
        </Suspense>
      )}
    </article>
  );
}
