import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import type { UseFormReturn } from "react-hook-form";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { LeaveGuard } from "~/components/LeaveGuard";
import { Notice } from "~/components/Notice";
import { Page } from "~/components/Page";
import { newIdempotencyKey } from "~/lib/api/client";
import { sessionQuery } from "../queries";
import { FormSkeleton } from "./FormSkeleton";
import { copySession, EMPTY_FORM, type SessionForm as Form, toSessionIn } from "./model";
import { ChosenPhotos } from "./pictures/ChosenPhotos";
import { handOver } from "./pictures/chosen";
import { cacheSession, copySchedule, createSession } from "./queries";
import { SessionForm } from "./SessionForm";
import { SetupSteps } from "./SetupSteps";
import { setSessionErrors } from "./setSessionErrors";
import { useTexts } from "./texts";

/** Creates a session, empty or as a copy, and continues to its schedule. */
export function NewSessionPage({ copy }: { copy: string | undefined }) {
  const t = useTexts();
  const original = useQuery({ ...sessionQuery(copy ?? ""), enabled: copy !== undefined });
  return (
    <Page title={t(copy ? "new.copy_title" : "new.title")} intro={t("new.intro")} before={<BackToOwn />}>
      {copy && original.isPending ? (
        <FormSkeleton />
      ) : (
        <>
          {original.isError && (
            <Notice tone="warn" className="mb-6">
              {t("new.copy_missing")}
            </Notice>
          )}
          <NewSession
            begin={
              original.data
                ? copySession(original.data, t("new.copy_name", { title: original.data.title }))
                : EMPTY_FORM
            }
            copied={original.data?.id}
          />
        </>
      )}
    </Page>
  );
}

export function BackToOwn() {
  const t = useTexts();
  return (
    <Link
      to="/creator"
      className="mb-3 inline-flex min-h-8 items-center gap-1.5 text-sm font-medium text-ink-soft hover:text-ink"
    >
      <ArrowLeft aria-hidden className="size-4" />
      {t("edit.back")}
    </Link>
  );
}

function NewSession({ begin: onCreate, copied }: { begin: Form; copied: string | undefined }) {
  const t = useTexts();
  const client = useQueryClient();
  const navigate = useNavigate();
  // the body that was sent and its idempotency key, reused when the same body is retried
  const sent = useRef<{ body: string; key: string } | null>(null);
  const dirty = useRef(false);
  const hasPhotos = useRef(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [photos, setPhotos] = useState<File[]>([]);
  const saved = useMemo(() => onCreate, [onCreate]);

  const create = async (values: Form, form: UseFormReturn<Form>) => {
    setFailure(null);
    const publishes = photos.length > 0 && values.status === "active";
    const wire = toSessionIn(publishes ? { ...values, status: "inactive" } : values);
    const body = JSON.stringify(wire);
    if (sent.current?.body !== body) sent.current = { body, key: newIdempotencyKey() };
    try {
      const created = await createSession(wire, sent.current.key);
      dirty.current = hasPhotos.current = false;
      cacheSession(client, created);
      if (photos.length > 0) handOver(created.id, { files: photos, publishes });
      const message = copied ? await withTimes(created.id) : "new.saved";
      toast.success(t(message));
      await navigate({
        to: "/creator/sessions/$id/edit",
        params: { id: created.id },
        search: { part: "times" },
        replace: true,
        ignoreBlocker: true,
      });
    } catch (error) {
      setFailure(setSessionErrors(error, form));
    }
  };

  const withTimes = (id: string) =>
    copySchedule(client, copied ?? id, id).then(
      () => "new.copied" as const,
      () => "new.times_lost" as const,
    );

  return (
    <>
      <SetupSteps current="details" />
      <SessionForm
        session={null}
        failure={failure}
        saved={saved}
        onSubmit={create}
        pictures={
          <ChosenPhotos
            files={photos}
            onChange={(files) => {
              setPhotos(files);
              hasPhotos.current = files.length > 0;
            }}
          />
        }
        onDirty={(isDirty) => {
          dirty.current = isDirty;
        }}
        actions={({ isBusy }) => (
          <Button type="submit" isBusy={isBusy}>
            {t("new.submit")}
          </Button>
        )}
      />
      <LeaveGuard isDirty={() => dirty.current || hasPhotos.current} />
    </>
  );
}
