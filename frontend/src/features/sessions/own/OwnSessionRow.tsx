import { Link, useNavigate } from "@tanstack/react-router";
import { Archive, CalendarClock, Copy, Eye, Users } from "lucide-react";
import { Badge } from "~/components/Badge";
import { buttonClass } from "~/components/Button";
import { Menu, MenuItem } from "~/components/Menu";
import { Notice } from "~/components/Notice";
import { Switch } from "~/components/Switch";
import { useFormatDuration } from "~/lib/time/duration";
import { formatDateTime, useZone } from "~/lib/time/time";
import { Cover } from "../Cover";
import { useFormatPrice } from "../price";
import type { Session } from "../queries";
import { useTexts } from "./texts";
import { useToggleListing } from "./useToggleListing";

/** A session of the creator with its actions. */
export function OwnSessionRow({ session, onArchive }: { session: Session; onArchive: () => void }) {
  const t = useTexts();
  const duration = useFormatDuration();
  const price = useFormatPrice();
  const listing = useToggleListing();
  const isListed = session.status === "active";
  return (
    <li className="grid grid-cols-[5.25rem_1fr] items-center gap-x-4 gap-y-3 p-4 sm:grid-cols-[5.25rem_1fr_10rem] sm:px-5 lg:grid-cols-[5.25rem_1fr_11rem_auto]">
      <Cover session={session} className="self-start rounded-control" />
      <div className="min-w-0">
        <h3 className="text-base leading-snug">
          <Link
            to="/creator/sessions/$id/edit"
            params={{ id: session.id }}
            className="underline-offset-4 hover:underline"
          >
            <bdi>{session.title}</bdi>
          </Link>
        </h3>
        <p className="tabular mt-1 text-sm text-ink-soft">
          {[
            price(session.price),
            duration(session.duration),
            t("list.seats", { count: session.max_participants }),
          ]
            .concat(session.requires_confirmation ? [t("list.confirms")] : [])
            .join(" · ")}
        </p>
      </div>
      {session.moderation && (
        <Notice tone="danger" className="order-last col-span-full">
          <span className="font-semibold">{t("list.moderated")}</span>{" "}
          <q dir="auto">{session.moderation.reason}</q>
        </Notice>
      )}
      <div className="col-span-2 min-w-0 text-sm sm:col-span-1">
        <NextTime session={session} />
      </div>
      <div className="col-span-2 flex items-center justify-end gap-1 sm:col-span-3 lg:col-span-1">
        {/* biome-ignore lint/a11y/noLabelWithoutControl: the control is the button within */}
        <label className="mr-auto flex min-h-11 items-center gap-3 text-sm text-ink-soft lg:mr-2">
          <Switch
            checked={isListed}
            aria-label={t("list.switch", { title: session.title })}
            onCheckedChange={(isOn) => listing.mutate({ session, status: isOn ? "active" : "inactive" })}
          />
          <span aria-hidden className="lg:w-24">
            {t(isListed ? "list.listed" : "list.hidden")}
          </span>
        </label>
        <Link
          to="/creator/sessions/$id/edit"
          params={{ id: session.id }}
          aria-label={t("list.edit_named", { title: session.title })}
          className={buttonClass({ variant: "secondary", size: "sm" })}
        >
          {t("list.edit")}
        </Link>
        <RowMenu session={session} onArchive={onArchive} />
      </div>
    </li>
  );
}

function NextTime({ session: { is_open, next_slot, status } }: { session: Session }) {
  const t = useTexts();
  const zone = useZone();
  if (next_slot) {
    const isSoldOut = next_slot.seats_left === 0;
    return (
      <>
        <p className="tabular font-medium">{formatDateTime(next_slot.starts_at, zone)}</p>
        <p className="tabular text-ink-faint">
          {isSoldOut ? t("list.sold_out") : t("list.seats_left", { count: next_slot.seats_left })}
        </p>
      </>
    );
  }
  if (is_open) return <p className="text-ink-soft">{t("list.open")}</p>;
  if (next_slot === undefined) return <p className="text-ink-soft">{t("list.scheduled")}</p>;
  return status === "active" ? <Badge tone="warn">{t("list.no_time")}</Badge> : null;
}

function RowMenu({ session, onArchive }: { session: Session; onArchive: () => void }) {
  const t = useTexts();
  const navigate = useNavigate();
  const { id } = session;
  return (
    <Menu label={t("list.menu", { title: session.title })}>
      <MenuItem
        icon={CalendarClock}
        onSelect={() =>
          void navigate({ to: "/creator/sessions/$id/edit", params: { id }, search: { part: "times" } })
        }
      >
        {t("list.times")}
      </MenuItem>
      <MenuItem
        icon={Users}
        onSelect={() => void navigate({ to: "/creator/bookings", search: { session: id } })}
      >
        {t("list.attendees")}
      </MenuItem>
      <MenuItem icon={Eye} onSelect={() => void navigate({ to: "/sessions/$id", params: { id } })}>
        {t("list.view")}
      </MenuItem>
      <MenuItem
        icon={Copy}
        onSelect={() => void navigate({ to: "/creator/sessions/new", search: { copy: id } })}
      >
        {t("list.duplicate")}
      </MenuItem>
      <MenuItem icon={Archive} isDanger onSelect={onArchive}>
        {t("list.archive")}
      </MenuItem>
    </Menu>
  );
}
