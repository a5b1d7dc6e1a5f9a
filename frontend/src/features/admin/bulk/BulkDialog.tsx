import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Notice } from "~/components/Notice";
import { Skeleton } from "~/components/Skeleton";
import { isProblem } from "~/lib/api/problem";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { ActionDialog } from "../ActionDialog";
import { useTexts } from "../texts";
import { type BulkRequest, DESTRUCTIVE_ACTIONS, KEEPS_BOOKINGS, previewQuery, startBulk } from "./queries";

/** Previews a bulk action, asks for the reason and starts it. */
export function BulkDialog({ order: request, onClose }: { order: BulkRequest; onClose: () => void }) {
  const t = useTexts();
  const navigate = useNavigate();
  const { i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  const query = useQuery(previewQuery(request));
  const preview = query.data;
  const isDanger = DESTRUCTIVE_ACTIONS.includes(request.action);
  const changes = preview?.will_change ?? 0;
  const examples = (outcome: "change" | "skip") =>
    preview?.examples.filter((example) => example.outcome === outcome) ?? [];
  return (
    <ActionDialog
      title={t(`bulk.title.${request.action}`)}
      text={t("bulk.text")}
      actionLabel={
        preview
          ? t(`bulk.do.${request.action}`, { count: changes, number: number.format(changes) })
          : t("bulk.looking")
      }
      keepLabel={request.kind === "bookings" && isDanger ? t("bulk.keep") : undefined}
      isDanger={isDanger}
      isReady={changes > 0}
      intent={[request, preview?.preview]}
      submit={(reason, key) => startBulk(request, preview?.preview ?? null, reason, key)}
      onDone={({ id }) => void navigate({ to: "/admin/bulk", search: { run: id } })}
      onClose={onClose}
    >
      {preview ? (
        <div className="flex flex-col gap-4 text-sm">
          <dl className="grid grid-cols-3 gap-3">
            <Count name={t("bulk.will_change")} value={number.format(preview.will_change)} />
            <Count name={t("bulk.will_skip")} value={number.format(preview.will_skip)} />
            <Count
              name={t(KEEPS_BOOKINGS.includes(request.action) ? "bulk.seats_kept" : "bulk.seats")}
              value={number.format(preview.seats_affected)}
            />
          </dl>
          <Examples
            title={t("bulk.examples_change")}
            more={preview.will_change - examples("change").length}
            examples={examples("change").map(({ id, label }) => ({ id, label }))}
          />
          <Examples
            title={t("bulk.examples_skip")}
            more={preview.will_skip - examples("skip").length}
            examples={examples("skip").map(({ id, label, detail }) => ({ id, label, detail }))}
          />
        </div>
      ) : query.isError ? (
        <Notice tone="danger">
          {isProblem(query.error) && Object.values(query.error.errors).flat().length > 0
            ? Object.values(query.error.errors).flat().join(" ")
            : errorMessage(query.error)}
        </Notice>
      ) : (
        <Skeleton className="h-40 w-full" />
      )}
    </ActionDialog>
  );
}

function Count({ name, value }: { name: string; value: string }) {
  return (
    <div className="rounded-control bg-sunk px-3 py-2">
      <dt className="text-xs text-ink-soft">{name}</dt>
      <dd className="tabular text-lg font-semibold">{value}</dd>
    </div>
  );
}

function Examples({
  title,
  examples,
  more,
}: {
  title: string;
  examples: { id: string; label: string; detail?: string | null }[];
  more: number;
}): ReactNode {
  const t = useTexts();
  if (examples.length === 0) return null;
  return (
    <details>
      <summary className="w-fit rounded-control font-semibold">{title}</summary>
      <ul className="mt-2 flex flex-col gap-1.5 text-ink-soft">
        {examples.map(({ id, label, detail }) => (
          <li key={id}>
            <span className="font-medium text-ink">{label}</span>
            {detail && <span className="block">{detail}</span>}
          </li>
        ))}
        {more > 0 && <li>{t("bulk.more", { count: more })}</li>}
      </ul>
    </details>
  );
}
