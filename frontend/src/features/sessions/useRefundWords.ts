import { useTranslation } from "react-i18next";
import { useFormatNotice } from "~/lib/time/duration";
import { formatDateTime, useZone } from "~/lib/time/time";
import { endOfSpan, type RefundSpan, type RefundTier, refundSpans } from "./refundPolicy";
import { useTexts } from "./texts";

/** A policy as sold, the hours of notice that cancelling needs, and the start if one is chosen. */
type Terms = { policy: RefundTier[]; notice: number; start?: string | undefined };

const MAX_HOURS = 48;

/**
 * What a learner who cancels gets back: "Full refund until Sat 5 Dec, 10:00, then 50 %." in the viewer's zone, or "Full
 * refund until 24 hours before, then 50 %." if no start is chosen.
 */
export function useRefundWords(): (terms: Terms, now?: Date) => string {
  return useRefundWordsIn(useZone());
}

/** The same in this zone. */
export function useRefundWordsIn(zone: string): (terms: Terms, now?: Date) => string {
  const t = useTexts();
  const { t: common } = useTranslation();
  const period = useFormatNotice();

  return ({ policy, notice, start }, now = new Date()) => {
    const spans = refundSpans(policy, notice).filter((span) => !start || endOfSpan(span, start) > now);
    if (spans.length === 0) return t("refund.too_late", { notice: period(notice) });
    const until = (span: RefundSpan) =>
      start
        ? formatDateTime(endOfSpan(span, start), zone)
        : t("refund.before", {
            time:
              span.hours <= MAX_HOURS ? common("duration.hours", { count: span.hours }) : period(span.hours),
          });
    const words = spans.map((span, place) => {
      const share = t(`refund.${place > 0 ? "then_" : ""}${shareName(span.percent)}`, span);
      if (span.hours > 0) return t("refund.until", { share, when: until(span) });
      return place > 0 ? share : t("refund.until_start", { share });
    });
    const sentence = t("refund.sentence", { shares: words.join(t("refund.then")) });
    return notice > 0 ? `${sentence} ${t("refund.after")}` : sentence;
  };
}

function shareName(percent: number): "all" | "none" | "part" {
  return percent === 100 ? "all" : percent === 0 ? "none" : "part";
}
