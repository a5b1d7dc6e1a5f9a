import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Clock, Plus } from "lucide-react";
import { buttonClass } from "~/components/Button";
import { Page } from "~/components/Page";
import { Numbers } from "./numbers/Numbers";
import { OwnSessions } from "./OwnSessions";
import { ownSessionsQuery } from "./queries";
import { SetUpList } from "./SetUpList";
import { useTexts } from "./texts";

/** A creator's dashboard: key numbers and sessions; before the first session, what to do first. */
export function OwnPage() {
  const t = useTexts();
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
