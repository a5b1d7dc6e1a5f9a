import { Outlet } from "@tanstack/react-router";
import { Presentation } from "lucide-react";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { EmptyState } from "~/components/EmptyState";
import { Notice } from "~/components/Notice";
import { useTitle } from "~/components/Page";
import { useMe } from "~/lib/auth/me";
import { useBecomeCreator } from "~/lib/auth/useBecomeCreator";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { useTexts } from "./texts";

/** Shows creators their pages; offers other users to become one. */
export function CreatorGate() {
  const me = useMe();
  return me && me.role !== "creator" ? <BecomeCreator /> : <Outlet />;
}

function BecomeCreator() {
  const t = useTexts();
  useTitle(t("become.title"));
  const { mutate, isPending, error } = useBecomeCreator(() => toast.success(t("become.done")));

  return (
    <EmptyState
      isPage
      icon={Presentation}
      title={t("become.title")}
      className="py-24"
      action={
        <Button isBusy={isPending} onClick={() => mutate()}>
          {t("become.action")}
        </Button>
      }
    >
      <span>{t("become.text")}</span>
      {error && (
        <Notice tone="danger" className="mt-4 text-left">
          {errorMessage(error)}
        </Notice>
      )}
    </EmptyState>
  );
}
