import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Archive, EyeOff, Pencil, RotateCcw, Star, StarOff } from "lucide-react";
import { useState } from "react";
import { BackLink } from "~/components/BackLink";
import { Button, buttonClass } from "~/components/Button";
import { Menu, MenuItem } from "~/components/Menu";
import { Notice } from "~/components/Notice";
import { Cover } from "~/features/sessions/Cover";
import { displayName } from "~/lib/auth/me";
import { i18n } from "~/lib/i18n";
import { useFormatMoney } from "~/lib/money/money";
import { useFormatDuration } from "~/lib/time/duration";
import { useZoneName } from "~/lib/time/time";
import { AdminPage } from "../AdminPage";
import { Log } from "../audit/Log";
import { DateTime } from "../DateTime";
import { Facts, Panel } from "../Panel";
import { QueryResult } from "../QueryResult";
import { ReportCard } from "../reports/ReportCard";
import { useTexts } from "../texts";
import { type SessionAction, type SessionRecord, sessionRecordQuery } from "./queries";
import { SessionActionDialog } from "./SessionActionDialog";
import { SessionBadges } from "./SessionBadges";
import { Waitlist } from "./Waitlist";

const MORE = "text-sm font-semibold text-accent underline-offset-4 hover:underline";

/** A session in any state, with its reports, audit log entries and moderation actions. */
export function SessionPage({ id }: { id: string }) {
  const t = useTexts();
  const query = useQuery(sessionRecordQuery(id));
  return (
    <QueryResult
      query={query}
      title={t("sessions.one")}
      back={<BackLink to="/admin/sessions">{t("nav.sessions")}</BackLink>}
    >
      {(session) => <Details session={session} />}
    </QueryResult>
  );
}

function Details({ session }: { session: SessionRecord }) {
  const t = useTexts();
  const [step, setStep] = useState<SessionAction | null>(null);
  return (
    <AdminPage
      before={<BackLink to="/admin/sessions">{t("nav.sessions")}</BackLink>}
      title={session.title}
      intro={<SessionBadges session={{ ...session, hidden_at: session.moderation?.hidden_at ?? null }} />}
      actions={!session.archived_at && <Actions session={session} onStep={setStep} />}
    >
      {session.moderation && (
        <Notice tone="danger" className="mb-5">
          {t("sessions.hidden_since")} <DateTime at={session.moderation.hidden_at} />:{" "}
          <q dir="auto">{session.moderation.reason}</q>
        </Notice>
      )}
      <div className="grid gap-5 xl:grid-cols-[minmax(0,1fr)_22rem] xl:items-start">
        <div className="flex min-w-0 flex-col gap-5">
          <Panel title={t("reports.of_session", { count: session.reports.length })}>
            {session.reports.length === 0 ? (
              <p className="text-sm text-ink-soft">{t("reports.none_of_session")}</p>
            ) : (
              <ul className="flex flex-col divide-y divide-line">
                {session.reports.map((report) => (
                  <li key={report.id} className="py-3 first:pt-0 last:pb-0">
                    <ReportCard report={report} />
                  </li>
                ))}
              </ul>
            )}
          </Panel>
          <Panel title={t("waitlist.title")}>
            <Waitlist sessionId={session.id} />
          </Panel>
          <Panel title={t("sessions.description")}>
            <p dir="auto" className="max-w-prose text-sm whitespace-pre-line">
              {session.description}
            </p>
          </Panel>
          <Panel
            title={t("log.title")}
            action={
              <Link to="/admin/audit" search={{ target: session.id }} className={MORE}>
                {t("see_all")}
              </Link>
            }
          >
            <Log entries={session.log} />
          </Panel>
        </div>
        <SessionFacts session={session} />
      </div>
      {step && <SessionActionDialog session={session} step={step} onClose={() => setStep(null)} />}
    </AdminPage>
  );
}

function SessionFacts({ session }: { session: SessionRecord }) {
  const t = useTexts();
  const money = useFormatMoney();
  const duration = useFormatDuration();
  const zone = useZoneName(session.time_zone);
  return (
    <Panel
      title={t("sessions.facts")}
      action={
        <Link to="/admin/bookings" search={{ session: session.id }} className={MORE}>
          {t("nav.bookings")}
        </Link>
      }
    >
      <Cover session={session} className="mb-4 rounded-control" />
      <Facts
        facts={[
          {
            name: t("sessions.creator"),
            value: (
              <Link to="/admin/users/$id" params={{ id: session.creator }} className={MORE}>
                <bdi>{displayName(session.creator_details)}</bdi>
              </Link>
            ),
          },
          { name: t("sessions.price"), value: money(session.price) },
          { name: t("sessions.duration"), value: duration(session.duration) },
          { name: t("sessions.seats"), value: session.max_participants.toLocaleString(i18n.language) },
          { name: t("users.zone"), value: zone },
          { name: t("sessions.created"), value: <DateTime at={session.created_at} /> },
          ...(session.featured_at
            ? [{ name: t("sessions.featured"), value: <DateTime at={session.featured_at} /> }]
            : []),
          ...(session.archived_at
            ? [{ name: t("sessions.archived"), value: <DateTime at={session.archived_at} /> }]
            : []),
          { name: t("id"), value: <code className="text-xs break-all">{session.id}</code> },
        ]}
      />
    </Panel>
  );
}

function Actions({ session, onStep }: { session: SessionRecord; onStep: (step: SessionAction) => void }) {
  const t = useTexts();
  return (
    <>
      <Link
        to="/admin/sessions/$id/edit"
        params={{ id: session.id }}
        className={buttonClass({ variant: "secondary" })}
      >
        <Pencil aria-hidden className="size-4" />
        {t("edit")}
      </Link>
      {session.moderation ? (
        <Button onClick={() => onStep("restore")}>
          <RotateCcw aria-hidden className="size-4" />
          {t("restore.open")}
        </Button>
      ) : (
        <Button variant="secondary" onClick={() => onStep("hide")}>
          <EyeOff aria-hidden className="size-4" />
          {t("hide.open")}
        </Button>
      )}
      <Menu label={t("sessions.menu", { title: session.title })}>
        {session.featured_at ? (
          <MenuItem icon={StarOff} onSelect={() => onStep("unfeature")}>
            {t("unfeature.open")}
          </MenuItem>
        ) : (
          <MenuItem icon={Star} onSelect={() => onStep("feature")}>
            {t("feature.open")}
          </MenuItem>
        )}
        <MenuItem icon={Archive} isDanger onSelect={() => onStep("archive")}>
          {t("archive.open")}
        </MenuItem>
      </Menu>
    </>
  );
}
