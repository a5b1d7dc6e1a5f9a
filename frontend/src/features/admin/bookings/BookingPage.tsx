import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CalendarClock, Check, CheckCheck, X } from "lucide-react";
import { useState } from "react";
import { BackLink } from "~/components/BackLink";
import { Button } from "~/components/Button";
import { History } from "~/features/bookings/History";
import { RescheduleDialog } from "~/features/bookings/RescheduleDialog";
import { isAllowed } from "~/features/bookings/rules";
import { StatusBadge } from "~/features/bookings/StatusBadge";
import { displayName } from "~/lib/auth/me";
import { useFormatMoney } from "~/lib/money/money";
import {
  formatDateTime,
  formatInOtherZone,
  formatTimeRange,
  showsSameTime,
  useZone,
  zoneCity,
  zoneNameAt,
} from "~/lib/time/time";
import { ActionDialog } from "../ActionDialog";
import { AdminPage } from "../AdminPage";
import { Log } from "../audit/Log";
import { DateTime } from "../DateTime";
import { MailList } from "../mails/MailList";
import { Facts, Panel } from "../Panel";
import { BookingPayments } from "../payments/BookingPayments";
import { QueryResult } from "../QueryResult";
import { useTexts } from "../texts";
import { Messages } from "./Messages";
import {
  applyAction,
  type BookingAction,
  type BookingRecord,
  bookingRecordQuery,
  reschedule,
  wordingOf,
} from "./queries";

const LINK = "font-medium text-accent underline-offset-4 hover:underline";

/** A booking with its history and the actions of the staff. */
export function BookingPage({ id }: { id: string }) {
  const t = useTexts();
  const query = useQuery(bookingRecordQuery(id));
  return (
    <QueryResult
      query={query}
      title={t("bookings.one")}
      back={<BackLink to="/admin/bookings">{t("nav.bookings")}</BackLink>}
    >
      {(booking) => <Details booking={booking} />}
    </QueryResult>
  );
}

function Details({ booking }: { booking: BookingRecord }) {
  const t = useTexts();
  const zone = useZone();
  const [intent, setIntent] = useState<BookingAction | "reschedule" | null>(null);
  const close = () => setIntent(null);
  const name = displayName(booking.user_details);
  const when = formatDateTime(booking.requested_start ?? booking.booking_date, zone);
  return (
    <AdminPage
      before={<BackLink to="/admin/bookings">{t("nav.bookings")}</BackLink>}
      title={booking.terms.title}
      intro={
        <span className="flex flex-wrap items-center gap-3">
          <StatusBadge status={booking.status} />
          <span>{t("bookings.of", { name })}</span>
        </span>
      }
      actions={<Actions booking={booking} onIntent={setIntent} />}
    >
      <div className="grid gap-5 xl:grid-cols-[minmax(0,1fr)_24rem] xl:items-start">
        <div className="flex min-w-0 flex-col gap-5">
          <Panel title={t("bookings.history")}>
            <History booking={booking} />
          </Panel>
          <BookingPayments booking={booking.id} />
          <Panel title={t("bookings.messages")}>
            <Messages booking={booking} />
          </Panel>
          <Panel title={t("mails.title")}>
            <MailList of={{ booking: booking.id }} />
          </Panel>
          <Panel title={t("log.title")}>
            <Log entries={booking.log} />
          </Panel>
        </div>
        <BookingFacts booking={booking} />
      </div>
      {intent === "reschedule" && (
        <RescheduleDialog actor="staff" booking={booking} reschedule={reschedule} onClose={close} />
      )}
      {intent && intent !== "reschedule" && (
        <ActionDialog
          title={t(`booking.${wordingOf(intent, booking)}.title`, { name, when })}
          text={t(`booking.${wordingOf(intent, booking)}.text`, { name })}
          actionLabel={t(`booking.${wordingOf(intent, booking)}.do`)}
          keepLabel={intent === "cancel" ? t("booking.cancel.keep") : undefined}
          done={t(`booking.${wordingOf(intent, booking)}.done`, { name, when })}
          isDanger={intent === "cancel" || intent === "decline"}
          reasonHint={t("booking.reason_hint")}
          intent={[intent, booking.requested_start]}
          submit={(reason, key) => applyAction(booking, intent, reason, key)}
          onClose={close}
        />
      )}
    </AdminPage>
  );
}

function BookingFacts({ booking }: { booking: BookingRecord }) {
  const t = useTexts();
  const zone = useZone();
  const money = useFormatMoney();
  const { booking_date, session_details: session, utc_offset } = booking;
  const party = (person: {
    id: string;
    first_name: string;
    last_name: string;
    username: string;
    email: string | null;
  }) => (
    <>
      <Link to="/admin/users/$id" params={{ id: person.id }} className={LINK}>
        <bdi>{displayName(person)}</bdi>
      </Link>
      <span className="block text-xs break-all text-ink-faint">{person.email}</span>
    </>
  );
  return (
    <Panel title={t("bookings.facts")}>
      <Facts
        facts={[
          {
            name: t("bookings.session"),
            value: (
              <Link to="/admin/sessions/$id" params={{ id: booking.session }} className={LINK}>
                <bdi>{session.title}</bdi>
              </Link>
            ),
          },
          {
            name: t("bookings.starts"),
            value: (
              <>
                <span>{formatTimeRange(booking_date, booking.ends_at, zone)}</span>
                <span className="block text-xs text-ink-faint">
                  {zoneNameAt(zone, booking_date, booking.ends_at)}
                </span>
                {!showsSameTime(booking_date, zone, utc_offset) && (
                  <span className="block text-xs text-ink-faint">
                    {t("bookings.there", {
                      when: formatInOtherZone(booking_date, zone, utc_offset, session.time_zone),
                      place: zoneCity(session.time_zone),
                    })}
                  </span>
                )}
              </>
            ),
          },
          { name: t("bookings.learner"), value: party(booking.user_details) },
          { name: t("bookings.creator"), value: party(session.creator_details) },
          { name: t("bookings.seats"), value: booking.seats },
          { name: t("bookings.amount"), value: money(booking.amount) },
          { name: t("bookings.made"), value: <DateTime at={booking.created_at} /> },
          ...(booking.requested_start
            ? [{ name: t("bookings.requested"), value: <DateTime at={booking.requested_start} /> }]
            : []),
          ...(booking.respond_by
            ? [{ name: t("bookings.answer_by"), value: <DateTime at={booking.respond_by} /> }]
            : []),
          { name: t("id"), value: <code className="text-xs break-all">{booking.id}</code> },
        ]}
      />
    </Panel>
  );
}

const STEP_STYLES = {
  confirm: { variant: "primary", icon: Check },
  decline: { variant: "secondary", icon: X },
  complete: { variant: "primary", icon: CheckCheck },
  reschedule: { variant: "secondary", icon: CalendarClock },
  cancel: { variant: "secondary", icon: X },
} as const;

/** In the order of the buttons. */
const ACTIONS = ["confirm", "decline", "complete", "reschedule", "cancel"] as const;

function Actions({
  booking,
  onIntent,
}: {
  booking: BookingRecord;
  onIntent: (intent: BookingAction | "reschedule") => void;
}) {
  const t = useTexts();
  return ACTIONS.filter((action) => isAllowed(booking, action)).map((step) => {
    const { variant, icon: Icon } = STEP_STYLES[step];
    return (
      <Button key={step} variant={variant} onClick={() => onIntent(step)}>
        <Icon aria-hidden className="size-4" />
        <span>{t(`booking.${step === "reschedule" ? step : wordingOf(step, booking)}.open`)}</span>
      </Button>
    );
  });
}
