import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Badge } from "~/components/Badge";
import { Button } from "~/components/Button";
import { Card } from "~/components/Card";
import { Stars } from "~/features/sessions/reviews/Stars";
import { displayName } from "~/lib/auth/me";
import { ActionDialog } from "../ActionDialog";
import { DateTime } from "../DateTime";
import { useTexts } from "../texts";
import { type Decision, decideReview, type ModeratedReview } from "./queries";

/** A review with the reports about it, and what staff can do. */
export function ReviewCard({ review }: { review: ModeratedReview }) {
  const t = useTexts();
  const [decision, setDecision] = useState<Decision | null>(null);
  const { author_details: author, moderation } = review;
  const link = "font-medium text-ink underline-offset-4 hover:underline";
  const isReported = review.reports.some(({ resolution }) => resolution === null);
  return (
    <Card className="flex flex-col gap-3 p-4 text-sm sm:p-5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Stars stars={review.stars} />
        <Link to="/admin/users/$id" params={{ id: author.id }} className={link}>
          <bdi>{displayName(author)}</bdi>
        </Link>
        <span className="text-ink-soft">
          <DateTime at={review.created_at} />
        </span>
        {moderation && <Badge tone="danger">{t("reviews.hidden")}</Badge>}
      </div>
      <h2 className="text-base">
        <Link to="/admin/sessions/$id" params={{ id: review.session }} className={link}>
          <bdi className="wrap-anywhere">{review.session_title}</bdi>
        </Link>
      </h2>
      <p dir="auto" className="max-w-prose whitespace-pre-line break-words">
        {review.text || t("reviews.no_words")}
      </p>
      {moderation && (
        <p className="text-ink-soft">
          <span>{t("reviews.why")}</span> <q dir="auto">{moderation.reason}</q>
        </p>
      )}
      <ul aria-label={t("reviews.reports")} className="flex flex-col gap-2 border-t border-line pt-3">
        {review.reports.map((report) => (
          <li key={report.id} className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <Badge tone={report.resolution ? "neutral" : "warn"}>
              {t(`reports.reason.${report.reason}`)}
            </Badge>
            <Link to="/admin/users/$id" params={{ id: report.reporter }} className={link}>
              {t("reviews.reporter")}
            </Link>
            <span className="text-ink-soft">
              <DateTime at={report.created_at} />
            </span>
            {report.text && (
              <q dir="auto" className="basis-full break-words">
                {report.text}
              </q>
            )}
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <Button variant="secondary" size="sm" onClick={() => setDecision(moderation ? "restore" : "hide")}>
          {t(moderation ? "reviews.restore" : "reviews.hide")}
        </Button>
        {isReported && (
          <Button variant="quiet" size="sm" onClick={() => setDecision("dismiss")}>
            {t("reviews.dismiss")}
          </Button>
        )}
      </div>
      {decision && (
        <ActionDialog
          title={t(`reviews.${decision}_title`)}
          text={t(`reviews.${decision}_text`)}
          actionLabel={t(`reviews.${decision}`)}
          done={t(`reviews.${decision}_done`)}
          isDanger={decision === "hide"}
          intent={decision}
          submit={(why, key) => decideReview(review.id, decision, why, key)}
          onClose={() => setDecision(null)}
        />
      )}
    </Card>
  );
}
