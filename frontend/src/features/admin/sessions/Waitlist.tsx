import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ErrorState } from "~/components/ErrorState";
import { MoreButton } from "~/components/MoreButton";
import { Skeleton } from "~/components/Skeleton";
import { displayName } from "~/lib/auth/me";
import { DateTime } from "../DateTime";
import { useTexts } from "../texts";
import { waitlistQuery } from "./queries";

/** Who waits for the starts of a session. */
export function Waitlist({ sessionId }: { sessionId: string }) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const query = useInfiniteQuery(waitlistQuery(sessionId));
  const { data, error, refetch } = query;
  if (!data) {
    if (error) return <ErrorState error={error} onRetry={() => void refetch()} className="py-4" />;
    return (
      <div role="status" aria-label={common("loading")}>
        <Skeleton className="h-10 w-full" />
      </div>
    );
  }
  const entries = data.pages.flatMap(({ items }) => items);
  if (entries.length === 0) return <p className="text-ink-soft text-sm">{t("waitlist.none")}</p>;
  return (
    <>
      <ul className="flex flex-col divide-y divide-line text-sm">
        {entries.map(({ id, user, starts_at, seats, place, offer_until }) => (
          <li key={id} className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 py-3 first:pt-0 last:pb-0">
            <Link
              to="/admin/users/$id"
              params={{ id: user.id }}
              className="min-w-0 break-words font-semibold text-accent underline-offset-4 hover:underline"
            >
              <bdi>{displayName(user)}</bdi>
            </Link>
            <span className="tabular text-ink-soft">{t("waitlist.seats", { count: seats })}</span>
            <span className="tabular ml-auto text-ink-soft text-xs">
              {offer_until === null ? (
                t("waitlist.place", { place })
              ) : (
                <>
                  <span>{t("waitlist.offered")}</span> <DateTime at={offer_until} />
                </>
              )}
            </span>
            <span className="tabular w-full text-ink-faint text-xs">
              <DateTime at={starts_at} />
            </span>
          </li>
        ))}
      </ul>
      <MoreButton of={query} size="sm" className="mt-3" />
    </>
  );
}
