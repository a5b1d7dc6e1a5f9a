import { useQueryClient } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { Presentation } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { EmptyState } from "~/components/EmptyState";
import { Notice } from "~/components/Notice";
import { useTitle } from "~/components/Page";
import { api, unwrap } from "~/lib/api/client";
import { meQuery, useMe } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { useTexts } from "./texts";

/** Lets creators on to their pages; others are offered to become one. */
export function CreatorGate() {
  const me = useMe();
  return me && me.role !== "creator" ? <BecomeCreator /> : <Outlet />;
}

function BecomeCreator() {
  const t = useTexts();
  useTitle(t("become.title"));
  const client = useQueryClient();
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  const become = async () => {
    setBusy(true);
    setFailure(null);
    try {
      const me = await unwrap(api.POST("/api/auth/become-creator"));
      client.setQueryData(meQuery.queryKey, me);
      toast.success(t("become.done"));
    } catch (error) {
      setFailure(errorMessage(error));
      setBusy(false);
    }
  };

  return (
    <EmptyState
      isPage
      icon={Presentation}
      title={t("become.title")}
      className="py-24"
      action={
        <Button isBusy={isBusy} onClick={() => void become()}>
          {t("become.action")}
        </Button>
      }
    >
      {t("become.text")}
      {failure && (
        <Notice tone="danger" className="mt-4 text-left">
          {failure}
        </Notice>
      )}
    </EmptyState>
  );
}
