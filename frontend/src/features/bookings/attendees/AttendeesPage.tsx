import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { Badge } from "~/components/Badge";
import { Page } from "~/components/Page";
import { type Tab, Tabs } from "~/components/Tabs";
import { summaryQuery } from "~/features/sessions/own/queries";
import { useZone, zoneName } from "~/lib/time/time";
import { DetailsDialog } from "../DetailsDialog";
import { AttendeesList } from "./AttendeesList";
import { Filters } from "./Filters";
import { type Intent, IntentDialog } from "./IntentDialog";
import { type AttendeesSearch, currentView, VIEWS, type View } from "./search";
import { useTexts } from "./texts";

const WaitingPeople = lazy(() => import("../waitlist/WaitingPeople"));

/** A creator's bookings by time, with their actions. */
export function AttendeesPage({ search: { booking, ...search } }: { search: AttendeesSearch }) {
  const t = useTexts();
  const zone = useZone();
  const navigate = useNavigate({ from: "/creator/bookings" });
  const [intent, setIntent] = useState<Intent | null>(null);
  const shown = currentView(search);
  const change = (next: AttendeesSearch) =>
    void navigate({ search: next, replace: true, resetScroll: false });
  const tabs = VIEWS.map(
    (view): Tab<View> => ({
      name: view,
      label: <ViewLabel view={view} />,
      content: view === shown && (
        <>
          <h2 className="sr-only">{t(`view.${view}`)}</h2>
          <Filters search={search} onChange={change} />
          <AttendeesList search={search} onIntent={setIntent} onChange={change} />
        </>
      ),
    }),
  );
  return (
    <Page title={t("title")} intro={<p className="text-sm">{t("zone", { zone: zoneName(zone) })}</p>}>
      <Suspense>
        <WaitingPeople session={search.session} />
      </Suspense>
      <Tabs
        label={t("views")}
        tabs={tabs}
        shown={shown}
        onShow={(view) => change({ ...search, show: view === "upcoming" ? undefined : view })}
      />
      {booking && <DetailsDialog id={booking} onClose={() => change(search)} />}
      {intent && <IntentDialog intent={intent} onClose={() => setIntent(null)} />}
    </Page>
  );
}

function ViewLabel({ view }: { view: View }) {
  const t = useTexts();
  const { data } = useQuery({ ...summaryQuery, enabled: view === "requests" });
  const count = view === "requests" ? (data?.pending_bookings ?? 0) : 0;
  return (
    <>
      <span>{t(`view.${view}`)}</span>
      {count > 0 && (
        <Badge tone="warn">
          <span>{count}</span>
          <span className="sr-only">{t("to_answer")}</span>
        </Badge>
      )}
    </>
  );
}
