import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { Button } from "~/components/Button";
import { Card } from "~/components/Card";
import { ErrorState } from "~/components/ErrorState";
import { MoreButton } from "~/components/MoreButton";
import { ActionDialog } from "../ActionDialog";
import { DateTime } from "../DateTime";
import { useTexts } from "../texts";
import { type Parked, parkedQuery, resolveParked } from "./queries";
import { amountIn } from "./rules";

/** Payments and reports of the provider that wait for staff: all, or those of one payment. Nothing if there are none. */
export function ParkedPayments({ of }: { of?: string }) {
  const t = useTexts();
  const [resolved, setResolved] = useState<Parked | null>(null);
  const query = useInfiniteQuery(parkedQuery);
  const all = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const parked = of ? all.filter(({ payment }) => payment === of) : all;
  if (query.isError && !query.data) {
    return <ErrorState error={query.error} onRetry={() => void query.refetch()} className="py-4" />;
  }
  if (parked.length === 0) return null;
  return (
    <section aria-labelledby="parked" className={of ? "mb-5" : "mb-8"}>
      <h2 id="parked" className="text-base">
        {t("parked.title")}
      </h2>
      <p className="mt-1 mb-3 text-sm text-ink-soft">{t("parked.intro")}</p>
      <ul className="flex flex-col gap-3">
        {parked.map((each) => (
          <li key={each.id}>
            <ParkedCard parked={each} hasLink={!of} onResolve={() => setResolved(each)} />
          </li>
        ))}
      </ul>
      {!of && <MoreButton of={query} size="sm" className="mt-3" />}
      {resolved && (
        <ActionDialog
          title={t("parked.resolve_title")}
          text={
            <>
              <span>{t(`parked.reason.${resolved.reason}`)}</span>{" "}
              <span>{t(KEPT.includes(resolved.reason) ? "parked.resolve_kept" : "parked.resolve_text")}</span>
            </>
          }
          actionLabel={t("parked.resolve_do")}
          done={t("parked.resolved")}
          reasonHint={t("parked.resolution_hint")}
          intent={resolved.id}
          submit={(reason, key) => resolveParked(resolved.id, reason, key)}
          onClose={() => setResolved(null)}
        />
      )}
    </section>
  );
}

/** Reasons with which a payment stays in staff's hands. */
const KEPT: Parked["reason"][] = ["amount_differs", "currency_differs"];

function ParkedCard({
  parked,
  hasLink,
  onResolve,
}: {
  parked: Parked;
  hasLink: boolean;
  onResolve: () => void;
}) {
  const t = useTexts();
  const { currency, expected, found } = parked;
  const differs = expected !== found;
  const amount = (value: string | null) => (value && currency ? amountIn(value, currency) : "–");
  return (
    <Card className="flex flex-wrap items-start justify-between gap-x-3 gap-y-3 p-4 text-sm">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn max-sm:hidden" />
      <div className="min-w-0 flex-1 basis-72">
        <p className="font-semibold">{t(`parked.reason.${parked.reason}`)}</p>
        <p className="mt-1 text-ink-soft">{t(`parked.advice.${parked.reason}`)}</p>
        {differs && (
          <p className="tabular mt-2">
            {t("parked.amounts", { expected: amount(expected), found: amount(found) })}
          </p>
        )}
        <p className="mt-2 flex flex-wrap gap-x-3 text-xs break-all text-ink-faint">
          <DateTime at={parked.found_at} />
          <span>{parked.provider}</span>
          {parked.provider_id && <code>{parked.provider_id}</code>}
        </p>
      </div>
      <div className="flex flex-wrap items-center gap-3">
        {hasLink && parked.payment && (
          <Link
            to="/admin/payments/$id"
            params={{ id: parked.payment }}
            className="font-semibold text-accent underline-offset-4 hover:underline"
          >
            {t("parked.see")}
          </Link>
        )}
        <Button variant="secondary" size="sm" onClick={onResolve}>
          {t("parked.resolve")}
        </Button>
      </div>
    </Card>
  );
}
