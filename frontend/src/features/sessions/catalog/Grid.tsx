import type { Ref } from "react";
import { useTranslation } from "react-i18next";
import { LazyHeart } from "../favourites/LazyHeart";
import type { Session } from "../queries";
import { CardSkeleton, CardWithWords, useCardWords } from "./SessionCard";

const GRID = "grid grid-cols-1 gap-x-6 gap-y-10 sm:grid-cols-2 lg:grid-cols-3 xl:grid-cols-4";

/** A responsive grid of session cards. */
export function Grid({
  sessions,
  areSeenLater: isBelowFold = false,
  areOfCreator = false,
  ref,
}: {
  sessions: Session[];
  /** Below the fold: load pictures lazily. */
  areSeenLater?: boolean;
  /** On the page of their creator. */
  areOfCreator?: boolean;
  ref?: Ref<HTMLUListElement>;
}) {
  const words = useCardWords();
  return (
    <ul ref={ref} className={GRID}>
      {sessions.map((session, index) => (
        <li key={session.id}>
          <CardWithWords
            session={session}
            isFirst={!isBelowFold && index < 2}
            isOfCreator={areOfCreator}
            words={words}
            corner={<LazyHeart session={session} />}
          />
        </li>
      ))}
    </ul>
  );
}

export function GridSkeleton({ count = 12 }: { count?: number }) {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("loading")}>
      <GridSpace count={count} />
    </div>
  );
}

/** The place of cards that are rendered later: nothing is being loaded, so screen readers are told nothing. */
export function GridSpace({ count = 12 }: { count?: number }) {
  return (
    <div aria-hidden className={GRID}>
      {Array.from({ length: count }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <CardSkeleton key={index} />
      ))}
    </div>
  );
}
