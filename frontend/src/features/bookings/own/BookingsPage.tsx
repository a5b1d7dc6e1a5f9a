import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { CalendarSync } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { buttonClass } from "~/components/Button";
import { Page } from "~/components/Page";
import { type Tab, Tabs } from "~/components/Tabs";
import { useZone, zoneName } from "~/lib/time/time";
import { useNow } from "~/lib/time/useNow";
import { DetailsDialog } from "../DetailsDialog";
import { UnpaidHolds } from "../pay/UnpaidHolds";
import { RescheduleDialog } from "../RescheduleDialog";
import { awaitsPayment, bookingTab } from "../rules";
import { useTexts } from "../texts";
import type { Intent } from "./BookingActions";
import { BookingList } from "./BookingList";
import { CancelDialog } from "./CancelDialog";
import { ownBookingsQuery } from "./queries";
import { SeatsDialog } from "./SeatsDialog";
import { BOOKING_TABS, type BookingsSearch, type BookingTab } from "./search";

const OwnWaitlist = lazy(() => import("../waitlist/OwnWaitlist"));

/** The user's bookings, by tab. */
export function BookingsPage({ search }: { search: BookingsSearch }) {
  const t = useTexts();
  const zone = useZone();
  const navigate = useNavigate({ from: "/dashboard" });
  const [intent, setIntent] = useState<Intent | null>(null);
  const shown = search.tab ?? "upcoming";
  const tabs = BOOKING_TABS.map(
    (name): Tab<BookingTab> => ({
      name,
      label: <TabLabel tab={name} />,
      content: name === shown && (
        <>
          <h2 className="sr-only">{t(`own.tab.${name}`)}</h2>
          <BookingList tab={name} onIntent={setIntent} />
        </>
      ),
    }),
  );
  const show = (tab: BookingTab) =>
    void navigate({
      search: { tab: tab === "upcoming" ? undefined : tab },
      replace: true,
      resetScroll: false,
    });
  const closeDetails = () =>
    void navigate({ search: ({ tab }) => ({ tab }), replace: true, resetScroll: false });

  return (
    <Page
      title={t("own.title")}
      width="middle"
      intro={
        <p className="text-sm">
          <span>{t("own.zone", { zone: zoneName(zone) })}</span>{" "}
          <Link to="/profile" hash="time-zone" className="font-semibold text-accent hover:underline">
            {t("own.zone_change")}
          </Link>
        </p>
      }
      actions={
        <Link to="/profile" hash="calendar" className={buttonClass({ variant: "secondary" })}>
          <CalendarSync aria-hidden className="size-4" />
          {t("own.subscribe")}
        </Link>
      }
    >
      <Suspense>
        <UnpaidHolds onRelease={(booking) => setIntent({ kind: "cancel", booking })} />
      </Suspense>
      <Suspense>
        <OwnWaitlist />
      </Suspense>
      <Tabs label={t("own.tabs")} tabs={tabs} shown={shown} onShow={show} />
      {intent?.kind === "cancel" && <CancelDialog booking={intent.booking} onClose={() => setIntent(null)} />}
      {intent?.kind === "seats" && <SeatsDialog booking={intent.booking} onClose={() => setIntent(null)} />}
      {intent?.kind === "move" && (
        <RescheduleDialog actor="learner" booking={intent.booking} onClose={() => setIntent(null)} />
      )}
      {search.booking && (
        <DetailsDialog id={search.booking} isWriting={search.write} onClose={closeDetails} />
      )}
    </Page>
  );
}

/** A tab label, with a count only for the short lists that are loaded anyway: upcoming and pending. */
function TabLabel({ tab }: { tab: BookingTab }) {
  const t = useTexts();
  const now = useNow();
  const { data } = useInfiniteQuery({
    ...ownBookingsQuery(tab),
    enabled: tab === "upcoming" || tab === "pending",
  });
  const count = data?.pages
    .flatMap(({ items }) => items)
    .filter((one) => bookingTab(one, now) === tab && !awaitsPayment(one)).length;
  const isAll = data?.pages.at(-1)?.next === null;
  return (
    <>
      <span>{t(`own.tab.${tab}`)}</span>{" "}
      {(tab === "upcoming" || tab === "pending") && count !== undefined && count > 0 && (
        <span className="tabular -mr-1 -ml-0.5 rounded-full bg-sunk px-1.5 text-xs text-ink-soft sm:px-2">
          {isAll ? count : t("own.count_more", { count })}
        </span>
      )}
    </>
  );
}
