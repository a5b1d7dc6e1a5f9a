import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { Failure } from "~/components/ErrorState";
import { NotFound } from "~/components/NotFound";
import { useTitle } from "~/components/Page";
import { BookingPanel } from "~/features/bookings/book/BookingPanel";
import type { Choice } from "~/features/bookings/book/choice";
import { isProblem } from "~/lib/api/problem";
import { useMe } from "~/lib/auth/me";
import { useIsWide } from "~/lib/hooks/useIsWide";
import { sessionQuery } from "../queries";
import { useTexts } from "../texts";
import { About } from "./About";
import { SessionSkeleton } from "./SessionSkeleton";
import { Similar } from "./Similar";

type Props = { id: string; choice: Choice; onChoose: (change: Choice) => void };

const Confirmation = lazy(() => import("~/features/bookings/book/Confirmation"));

/** One session: what it is, and beside it the way to a seat; after booking, that it is booked. */
export function SessionPage({ choice, ...rest }: Props) {
  if (choice.booked === undefined) return <SessionDetails choice={choice} {...rest} />;
  return (
    <Suspense fallback={<SessionSkeleton />}>
      <Confirmation bookingId={choice.booked} />
    </Suspense>
  );
}

function SessionDetails({ id, choice, onChoose }: Props) {
  const t = useTexts();
  const { data: session, error, isPending, refetch } = useQuery(sessionQuery(id));
  const isWide = useIsWide();
  const isOwn = useMe()?.id === session?.creator;
  useTitle(session?.title);

  if (isPending) return <SessionSkeleton />;
  if (!session) {
    return isProblem(error) && (error.status === 404 || error.status === 400) ? (
      <NotFound title={t("detail.gone_title")} text={t("detail.gone_text")} />
    ) : (
      <Failure error={error} onRetry={() => void refetch()} isPage className="py-24" />
    );
  }
  const panel = <BookingPanel session={session} choice={choice} onChoose={onChoose} isWide={isWide} />;
  return (
    <div className="mx-auto max-w-6xl px-4 pt-6 sm:px-6 lg:pb-20">
      {!isWide && isOwn && panel}
      <div className="gap-12 lg:grid lg:grid-cols-[minmax(0,1fr)_24rem]">
        <About session={session} />
        {isWide && panel}
      </div>
      <Similar session={session} />
      {!isWide && !isOwn && panel}
    </div>
  );
}
