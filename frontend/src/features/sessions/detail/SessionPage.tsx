import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { ErrorState } from "~/components/ErrorState";
import { NotFound } from "~/components/NotFound";
import { useTitle } from "~/components/Page";
import { isProblem } from "~/lib/api/problem";
import { useMe } from "~/lib/auth/me";
import { useIsWide } from "~/lib/hooks/useIsWide";
import { isForSale, type Session, sessionQuery } from "../queries";
import { useTexts } from "../texts";
import { About } from "./About";
import { SessionSkeleton } from "./SessionSkeleton";
import { Similar } from "./Similar";

type Props = { id: string; renderPanel: (session: Session, isWide: boolean) => ReactElement };

/** A session with its booking panel: at the side on wide windows; on phones as a bar at the bottom, or in the page if nothing can be booked. */
export function SessionPage({ id, renderPanel }: Props) {
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
      <ErrorState error={error} onRetry={() => void refetch()} isPage className="py-24" />
    );
  }
  const panel = renderPanel(session, isWide);
  const canBook = isForSale(session);
  return (
    <div className="mx-auto max-w-6xl px-4 pt-6 sm:px-6 lg:pb-20">
      {!isWide && isOwn && panel}
      <div className="gap-12 lg:grid lg:grid-cols-[minmax(0,1fr)_24rem]">
        <About session={session} />
        {isWide && panel}
      </div>
      {!isWide && !isOwn && !canBook && panel}
      <Similar session={session} />
      {!isWide && !isOwn && canBook && panel}
    </div>
  );
}
