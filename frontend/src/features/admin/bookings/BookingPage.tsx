import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CalendarClock, Check, CheckCheck, X } from "lucide-react";
import { useState } from "react";
import { Button } from "~/components/Button";
import { History } from "~/features/bookings/History";
import { isAllowed } from "~/features/bookings/rules";
import { StatusBadge } from "~/features/bookings/StatusBadge";
import { displayName } from "~/lib/auth/me";
import { useFormatMoney } from "~/lib/money/money";
import {
  formatInOtherZone,
  formatTimeRange,
  showsSameTime,
  useZone,
  zoneCity,
  zoneName,
} from "~/lib/time/time";
import { AdminPage } from "../AdminPage";
import { Log } from "../audit/Log";
import { BackLink } from "../BackLink";
import { Moment } from "../DateTime";
import { Loaded } from "../Loaded";
import { Facts, Panel } from "../Panel";
import { StepDialog } from "../StepDialog";
import { useTexts } from "../texts";
import { type BookingRecord, type BookingStep, bookingRecordQuery, takeStep } from "./queries";
import { RescheduleDialog } from "./RescheduleDialog";

const LINK = "font-medium text-accent underline-offset-4 hover:underline";

/** One booking with all that happened to it, and what the staff can do for those whose it is. */
export function BookingPage({ id }: { id: string }) {
  const t = useTexts();
  const found = useQuery(bookingRecordQuery(id));
  return (
    <Loaded
      found={found}
      title={t("bookings.one")}
      back={<BackLink to="/admin/bookings">{t("nav.bookings")}</BackLink>}
    >
      {(booking) => <Details booking={booking} />}
    </Loaded>
  );
}

function Details({ booking }: { booking: BookingRecord }) {
  const t = useTexts();
  const [intent, setIntent] = useState<BookingStep | "reschedule" | null>(null);
  const close = () => setIntent(null);
  return (
    <AdminPage
      before={<BackLink to="/admin/bookings">{t("nav.bookings")}</BackLink>}
      title={booking.session_details.title}
      intro={
        <span className="flex flex-wrap items-center gap-3">
          <StatusBadge status={booking.status} />
          {t("bookings.of", { name: displayName(booking.user_details) })}
        </span>
      }
      actions={<Actions booking={booking} onIntent={setIntent} />}
    >
      <div className="grid gap-5 xl:grid-cols-[minmax(0,1fr)_24rem] xl:items-start">
        <div className="flex min-w-0 flex-col gap-5">
          <Panel title={t("bookings.history")}>
            <History booking={booking} />
          </Panel>
          <Panel title={t("log.title")}>
            <Log entries={booking.log} />
          </Panel>
        </div>
        <BookingFacts booking={booking} />
      </div>
      {intent === "reschedule" && <RescheduleDialog booking={booking} onClose={close} />}
      {intent && intent !== "reschedule" && (
        <StepDialog
          title={t(`booking.${intent}.title`, { name: displayName(booking.user_details) })}
          text={t(`booking.${intent}.text`)}
          action={t(`booking.${intent}.do`)}
          keep={intent === "cancel" ? t("booking.cancel.keep") : undefined}
          done={t(`booking.${intent}.done`)}
          isDanger={intent === "cancel" || intent === "decline"}
          reasonHint={t("booking.reason_hint")}
          intent={intent}
          take={(reason, key) => takeStep(booking.id, intent, reason, key)}
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
  const { booking_date, session_details: session } = booking;
  const there = session.time_zone;
  const party = (person: {
    id: string;
    first_name: string;
    last_name: string;
    username: string;
    email: string;
  }) => (
    <>
      <Link to="/admin/users/$id" params={{ id: person.id }} className={LINK}>
        {displayName(person)}
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
                {session.title}
              </Link>
            ),
          },
          {
            name: t("bookings.starts"),
            value: (
              <>
                {formatTimeRange(booking_date, booking.ends_at, zone)}
                <span className="block text-xs text-ink-faint">{zoneName(zone)}</span>
                {there && !showsSameTime(booking_date, zone, there) && (
                  <span className="block text-xs text-ink-faint">
                    {t("bookings.there", {
                      when: formatInOtherZone(booking_date, zone, there),
                      place: zoneCity(there),
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
          { name: t("bookings.made"), value: <Moment at={booking.created_at} /> },
          ...(booking.respond_by
            ? [{ name: t("bookings.answer_by"), value: <Moment at={booking.respond_by} /> }]
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
const STEPS = ["confirm", "decline", "complete", "reschedule", "cancel"] as const;

function Actions({
  booking,
  onIntent,
}: {
  booking: BookingRecord;
  onIntent: (intent: BookingStep | "reschedule") => void;
}) {
  const t = useTexts();
  return STEPS.filter((step) => isAllowed(booking, step)).map((step) => {
    const { variant, icon: Icon } = STEP_STYLES[step];
    return (
      <Button key={step} variant={variant} onClick={() => onIntent(step)}>
        <Icon aria-hidden className="size-4" />
        {t(`booking.${step}.open`)}
      </Button>
    );
  });
}
