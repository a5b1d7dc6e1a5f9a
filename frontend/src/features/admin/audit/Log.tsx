import { Link } from "@tanstack/react-router";
import { displayName } from "~/lib/auth/me";
import { DateTime } from "../DateTime";
import { useTexts } from "../texts";
import { Changes } from "./Changes";
import type { Entry } from "./rows";

/** Audit log entries of a resource, newest first: who, impersonating whom, why, and what changed. */
export function Log({ entries }: { entries: Entry[] }) {
  const t = useTexts();
  if (entries.length === 0) return <p className="text-sm text-ink-soft">{t("log.none")}</p>;
  return (
    <ol className="flex flex-col divide-y divide-line text-sm">
      {entries.map((entry) => (
        <li key={entry.id} className="py-3 first:pt-0 last:pb-0">
          <p className="flex flex-wrap justify-between gap-x-4">
            <span className="font-medium">{t(`log.action.${entry.action}`)}</span>
            <span className="text-xs text-ink-faint">
              <DateTime at={entry.at} />
            </span>
          </p>
          <p className="text-ink-soft">
            <Actor entry={entry} />
            {entry.address && (
              <span className="text-ink-faint">
                {" "}
                · <bdi>{entry.address}</bdi>
              </span>
            )}
          </p>
          {entry.reason && (
            <q dir="auto" className="mt-1 block text-ink-soft">
              {entry.reason}
            </q>
          )}
          <Changes before={entry.before} after={entry.after} />
        </li>
      ))}
    </ol>
  );
}

/** Who acted, and whom they impersonated. */
export function Actor({ entry }: { entry: Entry }) {
  const t = useTexts();
  if (!entry.actor_details) return entry.actor_id ? entry.actor_id.slice(0, 8) : t("log.visitor");
  return (
    <>
      <Link
        to="/admin/users/$id"
        params={{ id: entry.actor_details.id }}
        className="underline-offset-4 hover:underline"
      >
        <bdi>{displayName(entry.actor_details)}</bdi>
      </Link>
      {entry.as_details && (
        <>
          {" "}
          <span>{t("log.as", { name: displayName(entry.as_details) })}</span>
        </>
      )}
    </>
  );
}
