import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Eye, Users } from "lucide-react";
import { useCallback, useRef, useState } from "react";
import { toast } from "sonner";
import { Badge } from "~/components/Badge";
import { buttonClass } from "~/components/Button";
import { ErrorState } from "~/components/ErrorState";
import { LeaveGuard } from "~/components/LeaveGuard";
import { NotFound } from "~/components/NotFound";
import { Notice } from "~/components/Notice";
import { Page } from "~/components/Page";
import { Tabs } from "~/components/Tabs";
import { isProblem } from "~/lib/api/problem";
import { useMe } from "~/lib/auth/me";
import { type Session, sessionQuery } from "../queries";
import { DetailsPart } from "./DetailsPart";
import { FormSkeleton } from "./FormSkeleton";
import { BackToOwn } from "./NewSessionPage";
import { UploadsNotice } from "./pictures/UploadsNotice";
import { useUploads } from "./pictures/useUploads";
import { SetupSteps } from "./SetupSteps";
import { TimesPart } from "./TimesPart";
import { useTexts } from "./texts";

export type Part = "details" | "times";

/** Edits a session in two tabs. Unsaved changes of one tab are kept while the other is shown. */
export function EditSessionPage({ id, part }: { id: string; part: Part }) {
  const t = useTexts();
  const me = useMe();
  const query = useQuery(sessionQuery(id));
  const session = query.data;
  if (isProblem(query.error) && query.error.status === 404) return <NotFound />;
  if (query.isError && !session) {
    return <ErrorState isPage error={query.error} onRetry={() => void query.refetch()} className="py-24" />;
  }
  if (session && me && session.creator !== me.id) {
    return <NotFound title={t("edit.foreign_title")} text={t("edit.foreign_text")} />;
  }
  if (!session) {
    return (
      <Page title={t("edit.loading")} before={<BackToOwn />}>
        <FormSkeleton />
      </Page>
    );
  }
  return (
    <Page
      title={session.title}
      before={<BackToOwn />}
      intro={
        <Badge tone={session.status === "active" ? "good" : "neutral"}>
          {t(session.status === "active" ? "list.listed" : "list.hidden")}
        </Badge>
      }
      actions={<Links session={session} />}
    >
      {session.moderation && (
        <Notice tone="danger" className="mb-6">
          <span className="font-semibold">{t("list.moderated")}</span>{" "}
          <q dir="auto">{session.moderation.reason}</q>
        </Notice>
      )}
      {session.status === "inactive" && <SetupSteps current={part} />}
      <Parts key={session.id} session={session} part={part} />
    </Page>
  );
}

function Links({ session }: { session: Session }) {
  const t = useTexts();
  return (
    <>
      <Link
        to="/creator/bookings"
        search={{ session: session.id }}
        className={buttonClass({ variant: "secondary", size: "sm" })}
      >
        <Users aria-hidden className="size-4" />
        {t("edit.attendees")}
      </Link>
      <Link
        to="/sessions/$id"
        params={{ id: session.id }}
        className={buttonClass({ variant: "secondary", size: "sm" })}
      >
        <Eye aria-hidden className="size-4" />
        {t("edit.view")}
      </Link>
    </>
  );
}

function Parts({ session, part }: { session: Session; part: Part }) {
  const t = useTexts();
  const navigate = useNavigate();
  const [dirty, setDirty] = useState<Record<Part, boolean>>({ details: false, times: false });
  const now = useRef(dirty);
  const setPartDirty = useCallback((name: Part, isDirty: boolean) => {
    now.current = { ...now.current, [name]: isDirty };
    setDirty(now.current);
  }, []);
  const onDetails = useCallback((isDirty: boolean) => setPartDirty("details", isDirty), [setPartDirty]);
  const onTimes = useCallback((isDirty: boolean) => setPartDirty("times", isDirty), [setPartDirty]);
  const uploads = useUploads(session.id, (failure) => {
    if (failure === null) toast.success(t("list.now_listed", { title: session.title }));
    else toast.error(t("pictures.unpublished", { reason: failure }));
  });
  const label = (name: Part) => (
    <>
      <span>{t(`edit.${name}`)}</span>
      {dirty[name] && <Badge tone="accent">{t("edit.unsaved")}</Badge>}
    </>
  );
  return (
    <>
      {part !== "details" && <UploadsNotice uploads={uploads} />}
      <Tabs<Part>
        label={t("edit.parts")}
        shown={part}
        onShow={(next) =>
          void navigate({
            to: "/creator/sessions/$id/edit",
            params: { id: session.id },
            search: next === "times" ? { part: next } : {},
            replace: true,
            resetScroll: false,
          })
        }
        tabs={[
          {
            name: "details",
            label: label("details"),
            content: <DetailsPart session={session} uploads={uploads} onDirty={onDetails} />,
          },
          {
            name: "times",
            label: label("times"),
            content: <TimesPart session={session} onDirty={onTimes} />,
          },
        ]}
      />
      <LeaveGuard isDirty={() => now.current.details || now.current.times} />
    </>
  );
}
