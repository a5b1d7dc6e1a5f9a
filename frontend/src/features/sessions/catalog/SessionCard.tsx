import { Link } from "@tanstack/react-router";
import { CalendarClock } from "lucide-react";
import type { ReactElement } from "react";
import { Avatar } from "~/components/Avatar";
import { Badge } from "~/components/Badge";
import { Skeleton } from "~/components/Skeleton";
import { hasFewSeatsLeft } from "~/features/slots/bookable";
import { displayName } from "~/lib/auth/me";
import { useFormatDuration } from "~/lib/time/duration";
import { formatDateTime, useZone } from "~/lib/time/time";
import { Cover } from "../Cover";
import { useFormatPrice } from "../price";
import type { Session } from "../queries";
import { Rating } from "../reviews/Rating";
import { useTexts } from "../texts";
import { useShortPlace } from "../where";

/** Formatters shared by all cards of a grid, so that hooks run once instead of per card. */
export function useCardWords() {
  return {
    t: useTexts(),
    duration: useFormatDuration(),
    price: useFormatPrice(),
    place: useShortPlace(),
    zone: useZone(),
  };
}

type Words = ReturnType<typeof useCardWords>;

type Props = {
  session: Session;
  /** Visible without scrolling. */
  isFirst: boolean;
  /** Leaves out the creator, whose page it is on. */
  isOfCreator?: boolean;
  /** A control in the corner of the picture. */
  corner?: ReactElement | undefined;
};

/** A session card with its own formatters. */
export function SessionCard(props: Props) {
  return <CardWithWords {...props} words={useCardWords()} />;
}

/** A session in a grid. The whole card is a link, but for its corner and the name of its creator. */
export function CardWithWords({
  session,
  isFirst,
  isOfCreator = false,
  corner,
  words,
}: Props & { words: Words }) {
  const { t, duration, price, place } = words;
  const { creator_details: creator } = session;
  const next_slot = session.first_slot ?? session.next_slot;
  const amount = price(session.price);
  const where = place(session);
  return (
    <article className="group relative flex flex-col rounded-card has-[h3>a:focus-visible]:outline-2 has-[h3>a:focus-visible]:outline-offset-4 has-[h3>a:focus-visible]:outline-accent">
      <div className="relative overflow-hidden rounded-card">
        <Cover
          session={session}
          isFirst={isFirst}
          className="transition-transform duration-300 group-hover:scale-[1.025]"
        />
        <div className="absolute top-3 left-3 flex flex-col items-start gap-1.5">
          {next_slot && hasFewSeatsLeft(next_slot) && (
            <Badge tone="warn" className="shadow-soft">
              {t("card.left", { count: next_slot.seats_left })}
            </Badge>
          )}
          {session.featured_at && <Badge className="shadow-soft">{t("card.featured")}</Badge>}
        </div>
      </div>
      <h3 className="mt-3 line-clamp-2 text-base leading-snug">
        <Link
          to="/sessions/$id"
          params={{ id: session.id }}
          className="outline-none after:absolute after:inset-0 after:rounded-card"
        >
          <bdi>{session.title}</bdi>
        </Link>
      </h3>
      {!isOfCreator && (
        <p className="mt-1.5 flex min-w-0 items-center gap-2 text-sm text-ink-soft">
          <Avatar person={creator} size="sm" />
          <Link
            to="/creators/$username"
            params={{ username: creator.username }}
            preload={false}
            dir="auto"
            className="relative z-10 truncate py-0.5 underline-offset-4 hover:text-ink hover:underline"
          >
            {displayName(creator)}
          </Link>
        </p>
      )}
      <div className="mt-1.5 flex min-w-0 items-center gap-3 text-sm text-ink-soft">
        <Rating rating={session.rating} />
        <p className="truncate">
          {amount && (
            <>
              <strong className="tabular font-semibold text-ink">{amount}</strong>
              <span aria-hidden className="mx-1.5">
                ·
              </span>
            </>
          )}
          <span>{duration(session.duration)}</span>
          {where && (
            <>
              <span aria-hidden className="mx-1.5">
                ·
              </span>
              <span dir="auto">{where}</span>
            </>
          )}
        </p>
      </div>
      <NextTime session={session} words={words} />
      {corner}
    </article>
  );
}

/** The first time in the days that the list is about, if it is about some, else the next time. */
function NextTime({
  session: { is_open, next_slot, first_slot },
  words: { t, zone },
}: Pick<Props, "session"> & { words: Words }) {
  const shown = first_slot ?? next_slot;
  const label = is_open
    ? t("card.open")
    : shown
      ? t(first_slot ? "card.at" : "card.next", { when: formatDateTime(shown.starts_at, zone) })
      : t("card.no_time");
  return (
    <p className="tabular mt-1.5 flex items-center gap-2 text-sm text-ink-faint">
      <CalendarClock aria-hidden className="size-4 shrink-0" />
      <span>{label}</span>
    </p>
  );
}

export function CardSkeleton() {
  return (
    <div aria-hidden>
      <Skeleton className="aspect-3/2 w-full" />
      <Skeleton className="mt-3 h-5 w-4/5" />
      <div className="mt-2.5 flex items-center gap-2">
        <Skeleton isRound className="size-6" />
        <Skeleton className="h-4 w-28" />
      </div>
      <Skeleton className="mt-3 h-4 w-36" />
      <Skeleton className="mt-3 h-4 w-44" />
    </div>
  );
}
