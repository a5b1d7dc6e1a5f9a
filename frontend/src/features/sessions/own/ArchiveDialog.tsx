import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button, buttonClass } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Notice } from "~/components/Notice";
import { useStartsInWords } from "~/features/slots/useStartsInWords";
import { isProblem, type Problem } from "~/lib/api/problem";
import { errorMessage } from "~/lib/i18n/errorMessage";
import type { Session } from "../queries";
import { archiveSession, forget } from "./queries";
import { useTexts } from "./texts";
import { useListing } from "./useListing";

/** Asks before a session goes for good; where somebody holds a seat, says when, and what can be done instead. */
export function ArchiveDialog({ session, onClose }: { session: Session; onClose: () => void }) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const client = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const { title } = session;
  if (isProblem(failure, "has_upcoming_bookings")) {
    return <StillBooked session={session} problem={failure} onClose={onClose} />;
  }

  const archive = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await archiveSession(session.id);
      toast.success(t("archive.done", { title }));
      forget(client, session.id);
      onClose();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  };

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("archive.title", { title })}
      description={t("archive.text")}
      footer={
        <>
          <Button variant="secondary" onClick={onClose}>
            {common("actions.keep")}
          </Button>
          <Button variant="danger" isBusy={isBusy} onClick={() => void archive()}>
            {t("archive.action")}
          </Button>
        </>
      }
    >
      {failure !== null && <Notice tone="danger">{errorMessage(failure)}</Notice>}
    </Dialog>
  );
}

function StillBooked({
  session,
  problem,
  onClose,
}: {
  session: Session;
  problem: Problem;
  onClose: () => void;
}) {
  const t = useTexts();
  const words = useStartsInWords();
  const listing = useListing();
  const { title } = session;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("archive.booked_title")}
      description={
        problem.starts.length > 0
          ? t("archive.booked", { title, times: words(problem.starts) })
          : t("archive.booked_some", { title })
      }
      footer={
        <>
          {session.status === "active" && (
            <Button
              variant="secondary"
              onClick={() => {
                listing.mutate({ session, status: "inactive" });
                onClose();
              }}
            >
              {t("archive.hide")}
            </Button>
          )}
          <Link to="/creator/bookings" search={{ session: session.id }} className={buttonClass()}>
            {t("archive.see")}
          </Link>
        </>
      }
    />
  );
}
