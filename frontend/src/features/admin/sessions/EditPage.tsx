import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import type { UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { BackLink } from "~/components/BackLink";
import { Button } from "~/components/Button";
import { Field, Input } from "~/components/Field";
import { LeaveGuard } from "~/components/LeaveGuard";
import { type SessionForm as Form, toSessionChanges, toSessionForm } from "~/features/sessions/own/model";
import { Pictures } from "~/features/sessions/own/pictures/Pictures";
import { useUploads } from "~/features/sessions/own/pictures/useUploads";
import { SessionForm } from "~/features/sessions/own/SessionForm";
import { setSessionErrors } from "~/features/sessions/own/setSessionErrors";
import { api, unwrap } from "~/lib/api/client";
import { reasonLimits } from "~/lib/api/limits";
import { refetchUserData } from "~/lib/auth/me";
import { AdminPage } from "../AdminPage";
import { QueryResult } from "../QueryResult";
import { useTexts } from "../texts";
import { type SessionRecord, sessionRecordQuery } from "./queries";

/** Edits a session on its creator's behalf, under the same rules. */
export function EditPage({ id }: { id: string }) {
  const t = useTexts();
  const query = useQuery(sessionRecordQuery(id));
  return (
    <QueryResult
      query={query}
      title={t("sessions.edit")}
      back={<BackLink to="/admin/sessions">{t("nav.sessions")}</BackLink>}
    >
      {(session) => <Edit session={session} />}
    </QueryResult>
  );
}

function Edit({ session }: { session: SessionRecord }) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const navigate = useNavigate();
  const [failure, setFailure] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const isDirty = useRef(false);
  const uploads = useUploads(session.id);
  const withoutSlot = useMemo(() => ({ ...session, next_slot: null }), [session]);
  const saved = useMemo(() => toSessionForm(withoutSlot), [withoutSlot]);

  const save = async (values: Form, form: UseFormReturn<Form>) => {
    setFailure(null);
    try {
      await unwrap(
        api.PATCH("/api/admin/sessions/{session_id}", {
          params: { path: { session_id: session.id } },
          body: { ...toSessionChanges(values, saved), reason: reason.trim() },
        }),
      );
      isDirty.current = false;
      await refetchUserData();
      toast.success(t("sessions.saved"));
      await navigate({ to: "/admin/sessions/$id", params: { id: session.id } });
    } catch (error) {
      setFailure(setSessionErrors(error, form));
    }
  };

  return (
    <AdminPage
      before={<BackLink to="/admin/sessions">{t("nav.sessions")}</BackLink>}
      title={t("sessions.edit")}
      intro={t("sessions.edit_text", { title: session.title })}
    >
      <LeaveGuard isDirty={() => isDirty.current} />
      <Field label={t("step.reason")} hint={t("step.reason_hint")} isOptional className="mb-6 max-w-prose">
        {(field) => (
          <Input
            {...field}
            maxLength={reasonLimits.reason.maxLength}
            value={reason}
            onChange={({ target }) => setReason(target.value)}
          />
        )}
      </Field>
      <SessionForm
        session={withoutSlot}
        saved={saved}
        onSubmit={save}
        onDirty={(dirty) => {
          isDirty.current = dirty;
        }}
        failure={failure}
        pictures={<Pictures session={withoutSlot} uploads={uploads} />}
        actions={({ isDirty: isChanged, isBusy }) => (
          <>
            <Button
              variant="quiet"
              onClick={() => void navigate({ to: "/admin/sessions/$id", params: { id: session.id } })}
            >
              {common("actions.back")}
            </Button>
            <Button type="submit" isBusy={isBusy} disabled={!isChanged}>
              {common("actions.save")}
            </Button>
          </>
        )}
      />
    </AdminPage>
  );
}
