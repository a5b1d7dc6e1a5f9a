import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button, buttonClass } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Notice } from "~/components/Notice";
import { useFormatStarts } from "~/features/slots/useFormatStarts";
import { isProblem, type Problem } from "~/lib/api/problem";
import { errorMessage } from "~/lib/i18n/errorMessage";
import type { Session } from "../queries";
import { archiveSession, uncacheSession } from "./queries";
import { useTexts } from "./texts";
import { useToggleListing } from "./useToggleListing";

/** Asks before a session is archived. If it still has bookings, lists their times and offers alternatives. */
export function ArchiveDialog({ session, onClose }: { session: Session; onClose: () => void }) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const client = useQueryClient();
  const { title } = session;
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => archiveSession(session.id),
    onSuccess: () => {
      toast.success(t("archive.done", { title }));
      uncacheSession(client, session.id);
      onClose();
    },
  });
  if (isProblem(error, "has_upcoming_bookings")) {
    return <StillBookedNotice session={session} problem={error} onClose={onClose} />;
  }

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
          <Button variant="danger" isBusy={isPending} onClick={() => mutate()}>
            {t("archive.action")}
          </Button>
        </>
      }
    >
      {error && <Notice tone="danger">{errorMessage(error)}</Notice>}
    </Dialog>
  );
}

function StillBookedNotice({
  session,
  problem,
  onClose,
}: {
  session: Session;
  problem: Problem;
  onClose: () => void;
}) {
  const t = useTexts();
  const words = useFormatStarts();
  const listing = useToggleListing();
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
