import { Link } from "@tanstack/react-router";
import { Clock, Plus } from "lucide-react";
import { buttonClass } from "~/components/Button";
import { Page } from "~/components/Page";
import { Numbers } from "./numbers/Numbers";
import { OwnSessions } from "./OwnSessions";
import { useTexts } from "./texts";

/** A creator's dashboard: key numbers and sessions. */
export function OwnPage() {
  const t = useTexts();
  return (
    <Page
      title={t("page.title")}
      intro={t("page.intro")}
      actions={
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
      }
    >
      <div className="flex flex-col gap-10">
        <Numbers />
        <OwnSessions />
      </div>
    </Page>
  );
}
