import type { UseQueryResult } from "@tanstack/react-query";
import { Skeleton } from "~/components/Skeleton";
import { formatDateTime, useZone } from "~/lib/time/time";
import type { CancellationQuote } from "../queries";
import { useTexts } from "./texts";
import { useFormatCharge } from "./useFormatCharge";

/** What the learner gets back for cancelling now, and until when it is more than later; nothing if nothing was paid. */
export function RefundQuote({ quote: { data, isLoading } }: { quote: UseQueryResult<CancellationQuote> }) {
  const t = useTexts();
  const zone = useZone();
  const charge = useFormatCharge();
  if (isLoading) return <Skeleton className="h-12 w-full" />;
  if (!data || Number(data.paid) === 0) return null;
  const { paid, refund, percent, until, next_percent: next } = data;
  const kind = percent === 100 ? "refund_all" : percent === 0 ? "refund_none" : "refund";
  return (
    <div
      role="status"
      className="tabular rounded-control bg-accent-soft px-4 py-3 text-sm text-accent-strong"
    >
      <strong className="block font-semibold">
        {t(`quote.${kind}`, { amount: charge(refund), paid: charge(paid), percent })}
      </strong>
      {until !== null && next !== null && (
        <span>
          {t(next > 0 ? "quote.until" : "quote.until_none", {
            when: formatDateTime(until, zone),
            percent: next,
          })}
        </span>
      )}
    </div>
  );
}
