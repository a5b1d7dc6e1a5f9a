import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import { buttonClass } from "~/components/Button";
import { ErrorState } from "~/components/ErrorState";
import { NotFound } from "~/components/NotFound";
import { Notice } from "~/components/Notice";
import { Page } from "~/components/Page";
import { Skeleton } from "~/components/Skeleton";
import { type OwnReview, ownReviewsQuery } from "~/features/sessions/reviews/queries";
import { Stars } from "~/features/sessions/reviews/Stars";
import { useTexts } from "~/features/sessions/reviews/texts";
import { isProblem } from "~/lib/api/problem";
import { displayName } from "~/lib/auth/me";
import { formatDateTime, useZone } from "~/lib/time/time";
import { useNow } from "~/lib/time/useNow";
import { bookingQuery } from "../queries";
import type { BookingHistory } from "../types";
import { ReviewForm } from "./ReviewForm";

/** Reviews a completed booking, or shows the review that was written. */
export function ReviewPage({ id }: { id: string }) {
  const t = useTexts();
  const booking = useQuery(bookingQuery(id));
  const own = useQuery(ownReviewsQuery);
  const error = booking.error ?? own.error;
  if (error && isProblem(error) && error.status === 404) return <NotFound />;
  const retry = () => void Promise.all([booking.refetch(), own.refetch()]);
  const title = booking.data?.terms.title;
  const name = booking.data && displayName(booking.data.session_details.creator_details);
  return (
    <Page
      title={t("form.title")}
      intro={title && name ? <span dir="auto">{t("form.session", { title, name })}</span> : undefined}
      width="middle"
      before={
        <Link
          to="/dashboard"
          search={{ tab: "past" }}
          className="-ml-1 mb-4 inline-flex min-h-8 items-center gap-1 text-sm text-ink-soft hover:text-ink"
        >
          <ChevronLeft aria-hidden className="size-4" />
          {t("form.back")}
        </Link>
      }
    >
      {booking.data && own.data ? (
        <Content booking={booking.data} review={own.data.find((each) => each.booking === id)} />
      ) : error ? (
        <ErrorState error={error} onRetry={retry} />
      ) : (
        <Skeleton className="h-72 w-full" />
      )}
    </Page>
  );
}

function Content({ booking, review }: { booking: BookingHistory; review: OwnReview | undefined }) {
  const t = useTexts();
  const zone = useZone();
  const now = useNow();
  const until = booking.reviewable_until;
  if (review) return <Written review={review} />;
  if (until === null) return <Notice>{t("form.not_completed")}</Notice>;
  if (now >= new Date(until)) {
    return <Notice>{t("form.too_late", { when: formatDateTime(until, zone) })}</Notice>;
  }
  return <ReviewForm booking={booking} />;
}

function Written({ review }: { review: OwnReview }) {
  const t = useTexts();
  return (
    <section aria-labelledby="yours">
      {review.moderation && (
        <Notice tone="danger" className="mb-5">
          {t("form.hidden")} <q dir="auto">{review.moderation.reason}</q>
        </Notice>
      )}
      <h2 id="yours" className="mb-2 text-lg">
        {t("form.yours")}
      </h2>
      <Stars stars={review.stars} />
      {review.text && (
        <p dir="auto" className="mt-2 max-w-prose whitespace-pre-line break-words">
          {review.text}
        </p>
      )}
      <Link
        to="/sessions/$id"
        params={{ id: review.session }}
        className={buttonClass({ variant: "secondary" }, "mt-6")}
      >
        {t("form.see")}
      </Link>
    </section>
  );
}
