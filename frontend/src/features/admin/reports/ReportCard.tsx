import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Badge } from "~/components/Badge";
import { Button } from "~/components/Button";
import { displayName } from "~/lib/auth/me";
import { ActionDialog } from "../ActionDialog";
import { DateTime } from "../DateTime";
import { useTexts } from "../texts";
import { type Report, resolveReport } from "./queries";

type Resolution = "hidden" | "dismissed";

/** A report about a session, with its resolution or the actions to resolve it. */
export function ReportCard({ report }: { report: Report }) {
  const t = useTexts();
  const [resolution, setResolution] = useState<Resolution | null>(null);
  const { reason, text, created_at, reporter_details: reporter } = report;
  return (
    <div className="flex flex-col gap-2 text-sm">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Badge tone={report.resolution ? "neutral" : "warn"}>{t(`reports.reason.${reason}`)}</Badge>
        <span className="text-ink-soft">
          <Link
            to="/admin/users/$id"
            params={{ id: reporter.id }}
            className="font-medium text-ink underline-offset-4 hover:underline"
          >
            <bdi>{displayName(reporter)}</bdi>
          </Link>
          {" · "}
          <DateTime at={created_at} />
        </span>
      </p>
      {text && <p className="max-w-prose whitespace-pre-line">{text}</p>}
      {report.resolution ? (
        <p className="text-ink-soft">
          <span>{t(`reports.resolved_${report.resolution}`)}</span>{" "}
          {report.resolved_at && <DateTime at={report.resolved_at} />}
          {report.note && (
            <>
              <span>{": "}</span>
              <q dir="auto">{report.note}</q>
            </>
          )}
        </p>
      ) : (
        <div className="mt-1 flex flex-wrap gap-2">
          <Button variant="secondary" size="sm" onClick={() => setResolution("hidden")}>
            {t("reports.hide")}
          </Button>
          <Button variant="quiet" size="sm" onClick={() => setResolution("dismissed")}>
            {t("reports.dismiss")}
          </Button>
        </div>
      )}
      {resolution && (
        <ActionDialog
          title={t(`reports.${resolution}_title`, { title: report.session_details.title })}
          text={t(`reports.${resolution}_text`)}
          actionLabel={t(`reports.${resolution}_do`)}
          done={t(`reports.${resolution}_done`)}
          isDanger={resolution === "hidden"}
          reasonHint={resolution === "hidden" ? t("hide.reason_hint") : undefined}
          intent={resolution}
          submit={(why, key) => resolveReport(report.id, resolution, why, key)}
          onClose={() => setResolution(null)}
        />
      )}
    </div>
  );
}
