import { Link } from "@tanstack/react-router";
import { Flag } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { buttonClass } from "~/components/Button";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { isProblem } from "~/lib/api/problem";
import { useMe } from "~/lib/auth/me";
import { useNext } from "~/lib/auth/useNext";
import type { Session } from "../queries";
import { useTexts } from "../texts";

const ReportDialog = lazy(() => import("../report/ReportDialog"));
function reportSession(id: string, body: Schema<"ReportIn">, key: string) {
  return unwrap(
    api.POST("/api/sessions/{session_id}/report", {
      params: { path: { session_id: id }, header: { "Idempotency-Key": key } },
      body,
    }),
  );
}

const LOOK = buttonClass({ variant: "quiet", size: "sm" }, "mt-8 -ml-3");

/** Opens the report dialog; visitors sign in first. */
export function ReportSession({ session }: { session: Session }) {
  const t = useTexts();
  const me = useMe();
  const next = useNext();
  const [isOpen, setOpen] = useState(false);
  if (me?.id === session.creator) return null;
  const content = (
    <>
      <Flag aria-hidden className="size-4" />
      <span>{t("detail.report")}</span>
    </>
  );
  if (!me) {
    return (
      <Link to="/login" search={next} className={LOOK}>
        {content}
      </Link>
    );
  }
  return (
    <>
      <button type="button" className={LOOK} onClick={() => setOpen(true)}>
        {content}
      </button>
      {isOpen && (
        <Suspense>
          <ReportDialog
            title={t("detail.report_of", { title: session.title })}
            send={(body, key) => reportSession(session.id, body, key)}
            explain={(error) => (isProblem(error, "already_reported") ? t("detail.reported") : undefined)}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}
