import { useInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Clock, Coins, Plus } from "lucide-react";
import { buttonClass } from "~/components/Button";
import { Page } from "~/components/Page";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { Numbers } from "./numbers/Numbers";
import { OwnSessions } from "./OwnSessions";
import { ownSessionsQuery } from "./queries";
import { SetUpList } from "./SetUpList";
import { useTexts } from "./texts";

/** A creator's dashboard: key numbers and sessions; before the first session, what to do first. */
export function OwnPage() {
  const t = useTexts();
  const { pays_online } = useSuspenseQuery(marketplaceQuery).data;
  const { data } = useInfiniteQuery(ownSessionsQuery);
  const isNew = data?.pages[0]?.items.length === 0;
  return (
    <Page
      title={t("page.title")}
      intro={t("page.intro")}
      actions={
        // until then, the list below leads to both
        data &&
        !isNew && (
          <>
            {pays_online && (
              <Link to="/creator/earnings" className={buttonClass({ variant: "secondary" })}>
                <Coins aria-hidden className="size-4" />
                {t("page.earnings")}
              </Link>
            )}
            <Link to="/creator/hours" className={buttonClass({ variant: "secondary" })}>
              <Clock aria-hidden className="size-4" />
              {t("page.hours")}
            </Link>
            <Link to="/creator/sessions/new" className={buttonClass()}>
              <Plus aria-hidden className="size-4" />
              {t("page.new")}
            </Link>
          </>
        )
      }
    >
      {isNew ? (
        <SetUpList />
      ) : (
        <div className="flex flex-col gap-10">
          <Numbers />
          <OwnSessions />
        </div>
      )}
    </Page>
  );
}
