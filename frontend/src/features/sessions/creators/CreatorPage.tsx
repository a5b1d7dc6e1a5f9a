import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CalendarDays, Languages, type LucideIcon, UsersRound } from "lucide-react";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "~/components/Avatar";
import { buttonClass } from "~/components/Button";
import { EmptyState } from "~/components/EmptyState";
import { ErrorState } from "~/components/ErrorState";
import { MoreButton } from "~/components/MoreButton";
import { NotFound } from "~/components/NotFound";
import { useTitle } from "~/components/Page";
import { isProblem } from "~/lib/api/problem";
import { displayName, useMe } from "~/lib/auth/me";
import { cn } from "~/lib/cn";
import { formatMonth, useZone } from "~/lib/time/time";
import { Grid, GridSkeleton } from "../catalog/Grid";
import { Description } from "../detail/Description";
import { ShareButton } from "../detail/ShareButton";
import { uniqueById } from "../queries";
import { Rating } from "../reviews/Rating";
import { useLanguageName } from "../where";
import { CreatorSkeleton } from "./CreatorSkeleton";
import { NextTimes } from "./NextTimes";
import { type Creator, creatorQuery, creatorSessionsQuery, nextTimes } from "./queries";
import { useTexts } from "./texts";

const MAX_TIMES = 6;

/** A creator: who they are, their next times and their sessions. */
export function CreatorPage({ username }: { username: string }) {
  const t = useTexts();
  const { data: creator, error, isPending, refetch } = useQuery(creatorQuery(username));
  useTitle(creator && displayName(creator));
  if (isPending) return <CreatorSkeleton />;
  if (!creator) {
    return isProblem(error) && error.status === 404 ? (
      <NotFound title={t("gone_title")} text={t("gone_text")} />
    ) : (
      <ErrorState error={error} onRetry={() => void refetch()} isPage className="py-24" />
    );
  }
  return (
    <div className="mx-auto max-w-6xl px-4 pt-8 pb-20 sm:px-6 sm:pt-10">
      <About creator={creator} />
      <Offered creator={creator} />
    </div>
  );
}

function About({ creator }: { creator: Creator }) {
  const t = useTexts();
  const isOwn = useMe()?.id === creator.id;
  const name = displayName(creator);
  return (
    <section aria-labelledby="creator">
      <div className="flex flex-wrap items-start justify-between gap-4">
        <div className="flex min-w-0 flex-1 basis-72 items-center gap-5">
          <Avatar person={creator} size="xl" />
          <div className="min-w-0">
            <h1 id="creator" dir="auto" className="text-2xl text-wrap break-words sm:text-3xl">
              {name}
            </h1>
            <CreatorFacts creator={creator} />
          </div>
        </div>
        <div className={cn("flex gap-2 max-sm:-ml-3", !isOwn && "sm:-mr-3")}>
          <ShareButton path={`/creators/${encodeURIComponent(creator.username)}`} title={name} />
          {isOwn && (
            <Link to="/profile" className={buttonClass({ variant: "secondary", size: "sm" })}>
              {t("edit")}
            </Link>
          )}
        </div>
      </div>
      {creator.bio && (
        <div className="mt-7">
          <h2 className="sr-only">{t("about", { name })}</h2>
          <Description text={creator.bio} />
        </div>
      )}
    </section>
  );
}

function CreatorFacts({ creator }: { creator: Creator }) {
  const t = useTexts();
  const { i18n } = useTranslation();
  const zone = useZone();
  const language = useLanguageName();
  const { people_taught: count, is_bounded, languages, date_joined } = creator;
  const facts: { icon: LucideIcon; text: string }[] = [
    { icon: CalendarDays, text: t("joined", { month: formatMonth(date_joined, zone) }) },
  ];
  if (count > 0) {
    const number = new Intl.NumberFormat(i18n.language).format(count) + (is_bounded ? "+" : "");
    facts.unshift({ icon: UsersRound, text: t("taught", { count, number }) });
  }
  if (languages.length > 0) {
    const named = new Intl.ListFormat(i18n.language, { type: "conjunction" }).format(languages.map(language));
    facts.push({ icon: Languages, text: t("languages", { languages: named }) });
  }
  return (
    <ul className="mt-2 flex flex-wrap gap-x-5 gap-y-1.5 text-sm text-ink-soft">
      {creator.rating.count > 0 && (
        <li>
          <Rating rating={creator.rating} />
        </li>
      )}
      {facts.map(({ icon: Icon, text }) => (
        <li key={text} className="tabular inline-flex items-center gap-2">
          <Icon aria-hidden className="size-4 shrink-0 text-accent" />
          <span>{text}</span>
        </li>
      ))}
    </ul>
  );
}

function Offered({ creator }: { creator: Creator }) {
  const t = useTexts();
  const query = useInfiniteQuery(creatorSessionsQuery(creator.id));
  const { data, error, isFetchNextPageError, fetchNextPage } = query;
  const name = creator.first_name || displayName(creator);
  if (!data) {
    return error ? (
      <ErrorState error={error} onRetry={() => void query.refetch()} />
    ) : (
      <div className="mt-10">
        <GridSkeleton count={4} />
      </div>
    );
  }
  const sessions = uniqueById(data.pages.flatMap(({ items }) => items));
  if (sessions.length === 0) {
    return (
      <EmptyState icon={CalendarDays} title={t("no_sessions_title")}>
        {t("no_sessions_text", { name })}
      </EmptyState>
    );
  }
  return (
    <>
      <NextTimes times={nextTimes(sessions, MAX_TIMES)} />
      <section aria-labelledby="offered" className="mt-10 border-t border-line pt-8">
        <h2 id="offered" className="mb-6 text-xl">
          {t("sessions", { name })}
        </h2>
        <Suspense fallback={<GridSkeleton count={4} />}>
          <Grid sessions={sessions} areOfCreator />
        </Suspense>
        {isFetchNextPageError && (
          <ErrorState error={error} onRetry={() => void fetchNextPage()} className="py-6" />
        )}
        {!isFetchNextPageError && <MoreButton of={query} className="mt-10 flex justify-center" />}
      </section>
    </>
  );
}
