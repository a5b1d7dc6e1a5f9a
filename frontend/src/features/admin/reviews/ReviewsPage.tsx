import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Star } from "lucide-react";
import { buttonClass } from "~/components/Button";
import { EmptyState } from "~/components/EmptyState";
import { ErrorState } from "~/components/ErrorState";
import { Skeleton } from "~/components/Skeleton";
import { AdminPage } from "../AdminPage";
import { Pager } from "../list/Pager";
import type { ListSearch } from "../search";
import { useTexts } from "../texts";
import { REVIEWS_PAGE, type ReviewState, reviewsQuery } from "./queries";
import { ReviewCard } from "./ReviewCard";

const STATES = ["reported", "hidden"] as const satisfies ReviewState[];

/** Reviews with open reports, longest waiting first, and hidden ones. */
export function ReviewsPage({ search }: { search: ListSearch }) {
  const t = useTexts();
  const navigate = useNavigate();
  const state = STATES.find((each) => each === search.state) ?? "reported";
  const page = Math.max(1, Math.trunc(Number(search.page ?? 1)) || 1);
  const query = useQuery(reviewsQuery(state, page));
  const { reviews = [], total = 0 } = query.data ?? {};
  return (
    <AdminPage title={t("nav.reviews")} intro={t(`reviews.intro_${state}`)}>
      <nav aria-label={t("reviews.states")} className="mb-5 flex gap-2">
        {STATES.map((each) => (
          <Link
            key={each}
            to="/admin/reviews"
            search={each === "reported" ? {} : { state: each }}
            aria-current={each === state ? "page" : undefined}
            className={buttonClass({ variant: each === state ? "secondary" : "quiet", size: "sm" })}
          >
            {t(`reviews.${each}`)}
          </Link>
        ))}
      </nav>
      {query.isPending ? (
        <Skeleton className="h-40 w-full max-w-4xl" />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : reviews.length === 0 ? (
        <EmptyState icon={Star} title={t(`reviews.none_${state}`)}>
          {t("reviews.none_text")}
        </EmptyState>
      ) : (
        <>
          <ul className="flex max-w-4xl flex-col gap-4">
            {reviews.map((review) => (
              <li key={review.id}>
                <ReviewCard review={review} />
              </li>
            ))}
          </ul>
          {total > REVIEWS_PAGE && (
            <Pager
              page={page}
              limit={REVIEWS_PAGE}
              shown={reviews.length}
              total={total}
              isEstimate={false}
              onGo={({ page: to }) =>
                void navigate({
                  to: ".",
                  search: ({ page: _, ...rest }) => (to ? { ...rest, page: to } : rest),
                })
              }
            />
          )}
        </>
      )}
    </AdminPage>
  );
}
