import { Link } from "@tanstack/react-router";
import { startTransition, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "~/lib/cn";
import { idle } from "~/lib/idle";
import { CardSkeleton, CardWithWords, useCardWords } from "../catalog/SessionCard";
import { useCategoryName } from "../category";
import { LazyHeart } from "../favourites/LazyHeart";
import { useTexts } from "../texts";
import type { HomeRow } from "./useHomeRows";

/** One row scrolls on phones, and is as wide as the grid below it elsewhere. */
const ROW =
  "no-scrollbar -mx-4 flex snap-x scroll-px-4 gap-4 overflow-x-auto px-4 pb-1 sm:-mx-6 sm:scroll-px-6 sm:gap-6 sm:px-6 lg:mx-0 lg:grid lg:grid-cols-3 lg:overflow-visible lg:px-0 xl:grid-cols-4";
const ITEM =
  "w-[70vw] max-w-72 shrink-0 snap-start lg:w-auto lg:max-w-none lg:max-xl:[&:nth-child(n+4)]:hidden xl:[&:nth-child(n+5)]:hidden";

/** Cards of the first row that wide windows show without scrolling; phones show two. */
const FIRST_CARDS = 4;

/** Milliseconds that the other cards wait for the first pictures at most. */
const MAX_WAIT = 1000;

/** Whether rows were shown since the application started. */
let haveBeenShown = false;

/** Rows of sessions above the catalog. */
export function HomeRows({ rows }: { rows: HomeRow[] | undefined }) {
  const words = useCardWords();
  // the cards below the fold take a phone a third of a second, so they come after the first pictures; but rows that are
  // returned to are rendered at once, since the scroll position is restored into the first render
  const [areAllShown, setAllShown] = useState(haveBeenShown);
  const list = useRef<HTMLDivElement>(null);
  const isWaiting = rows !== undefined && !areAllShown;
  useEffect(() => {
    if (!isWaiting) return;
    haveBeenShown = true;
    const pictures = [...(list.current?.querySelectorAll<HTMLImageElement>("img[loading=eager]") ?? [])];
    const areDrawn = Promise.allSettled(pictures.map((picture) => picture.decode()));
    void Promise.race([areDrawn, new Promise((resolve) => setTimeout(resolve, MAX_WAIT))])
      .then(idle)
      .then(() => startTransition(() => setAllShown(true)));
  }, [isWaiting]);
  if (!rows) return <RowsSkeleton />;
  if (rows.length === 0) return null;
  return (
    <div ref={list} className="mx-auto flex max-w-6xl flex-col gap-10 px-4 pt-3 pb-12 sm:px-6">
      {rows.map((row, place) => (
        <section key={row.name} aria-labelledby={`row-${row.name}`}>
          <RowHead row={row} />
          {place > 0 && !areAllShown ? (
            <RowSkeleton />
          ) : (
            <ul data-scroll-restoration-id={`row-${row.name}`} className={ROW}>
              {row.sessions.slice(0, areAllShown ? undefined : FIRST_CARDS).map((session, index) => (
                <li key={session.id} className={ITEM}>
                  <CardWithWords
                    session={session}
                    isFirst={place === 0 && index < 2}
                    words={words}
                    corner={<LazyHeart session={session} />}
                  />
                </li>
              ))}
            </ul>
          )}
        </section>
      ))}
    </div>
  );
}

function RowHead({ row: { name, all, categories = [] } }: { row: HomeRow }) {
  const t = useTexts();
  const { i18n } = useTranslation();
  const categoryName = useCategoryName();
  const listed = new Intl.ListFormat(i18n.language).format(categories.map(categoryName));
  return (
    <div className="mb-4 flex items-end justify-between gap-4">
      <div>
        <h2 id={`row-${name}`} className="text-xl">
          {t(`home.${name}`)}
        </h2>
        {name === "recommended" && (
          <p className="mt-1 text-sm text-ink-soft">{t("home.recommended_why", { categories: listed })}</p>
        )}
      </div>
      <Link
        to="/"
        search={all}
        aria-label={t(`home.all_${name}`)}
        className="inline-flex min-h-8 shrink-0 items-center text-sm font-semibold text-accent underline-offset-4 hover:underline"
      >
        {t("home.see_all")}
      </Link>
    </div>
  );
}

function RowsSkeleton() {
  const { t } = useTranslation();
  return (
    <div
      role="status"
      aria-label={t("loading")}
      className="mx-auto flex max-w-6xl flex-col gap-10 overflow-hidden px-4 pt-16 pb-12 sm:px-6"
    >
      {["first", "second"].map((row) => (
        <RowSkeleton key={row} />
      ))}
    </div>
  );
}

function RowSkeleton() {
  return (
    <div aria-hidden className={cn(ROW, "overflow-hidden")}>
      {[1, 2, 3, 4].map((card) => (
        <div key={card} className={ITEM}>
          <CardSkeleton />
        </div>
      ))}
    </div>
  );
}
