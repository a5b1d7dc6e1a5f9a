import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Undo2 } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import type { UseFormReturn } from "react-hook-form";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { useFormatStarts } from "~/features/slots/useFormatStarts";
import { isProblem } from "~/lib/api/problem";
import type { Session } from "../queries";
import { type SessionForm as Form, toSessionChanges, toSessionForm } from "./model";
import { Pictures } from "./pictures/Pictures";
import type { Uploads } from "./pictures/useUploads";
import { cacheSession, changeSession } from "./queries";
import { SessionForm } from "./SessionForm";
import { setSessionErrors } from "./setSessionErrors";
import { useTexts } from "./texts";

/**
 * Edits a session's details. A change that conflicts with booked slots gets an error at its field, with their times.
 */
export function DetailsPart({
  session,
  uploads,
  onDirty,
}: {
  session: Session;
  uploads: Uploads;
  onDirty: (isDirty: boolean) => void;
}) {
  const t = useTexts();
  const client = useQueryClient();
  const words = useFormatStarts();
  const [failure, setFailure] = useState<ReactNode>(null);
  const saved = useMemo(() => toSessionForm(session), [session]);

  const save = async (values: Form, form: UseFormReturn<Form>) => {
    setFailure(null);
    try {
      const changed = await changeSession(session.id, toSessionChanges(values, saved));
      cacheSession(client, changed);
      form.reset(toSessionForm(changed));
      toast.success(t("edit.saved"));
    } catch (error) {
      const times = isProblem(error) ? words(error.starts) : "";
      const showConflict = (
        field: "max_participants" | "duration" | "format",
        name: "seats" | "duration" | "addresses",
      ) => {
        const message = times ? t(`conflict.${name}`, { times }) : t(`conflict.${name}_some`);
        form.setError(field, { type: "server", message }, { shouldFocus: true });
        setFailure(
          <>
            <span>{t("conflict.title")}</span> <SeeBookings id={session.id} />
          </>,
        );
      };
      if (isProblem(error, "has_upcoming_bookings")) showConflict("max_participants", "seats");
      else if (isProblem(error, "creator_unavailable")) showConflict("duration", "duration");
      else if (isProblem(error, "addresses_missing")) showConflict("format", "addresses");
      else setFailure(setSessionErrors(error, form));
    }
  };

  return (
    <SessionForm
      session={session}
      failure={failure}
      saved={saved}
      onSubmit={save}
      onDirty={onDirty}
      pictures={<Pictures session={session} uploads={uploads} />}
      actions={({ isDirty, isBusy, discard }) => (
        <>
          {isDirty && (
            <Button variant="quiet" onClick={discard}>
              <Undo2 aria-hidden className="size-4" />
              <span className="max-sm:sr-only">{t("edit.discard")}</span>
            </Button>
          )}
          <Button type="submit" isBusy={isBusy} disabled={!isDirty}>
            {t("edit.save")}
          </Button>
        </>
      )}
    />
  );
}

function SeeBookings({ id }: { id: string }) {
  const t = useTexts();
  return (
    <Link
      to="/creator/bookings"
      search={{ session: id }}
      className="font-semibold underline underline-offset-4"
    >
      {t("conflict.see")}
    </Link>
  );
}
