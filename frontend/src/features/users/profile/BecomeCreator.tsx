import { useNavigate } from "@tanstack/react-router";
import { Presentation } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Notice } from "~/components/Notice";
import { api, unwrap } from "~/lib/api/client";
import { isProblem } from "~/lib/api/problem";
import { queryClient } from "~/lib/api/queryClient";
import { meQuery } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { useTexts } from "../texts";

/** Turns a learner's account into a creator's. */
export function BecomeCreator() {
  const t = useTexts();
  const navigate = useNavigate();
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  async function become() {
    setBusy(true);
    setFailure(null);
    try {
      const me = await unwrap(api.POST("/api/auth/become-creator"));
      queryClient.setQueryData(meQuery.queryKey, me);
      toast.success(t("profile.became_creator"));
      await navigate({ to: "/creator" });
    } catch (error) {
      if (isProblem(error, "illegal_transition")) await queryClient.invalidateQueries(meQuery);
      else setFailure(errorMessage(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <div className="flex flex-col gap-4">
      {failure && <Notice tone="danger">{failure}</Notice>}
      <div className="flex items-start gap-4">
        <Presentation aria-hidden className="mt-0.5 size-6 shrink-0 text-accent" />
        <p className="text-sm text-ink-soft">{t("profile.become_text")}</p>
      </div>
      <Button variant="secondary" isBusy={isBusy} onClick={() => void become()} className="self-end">
        {t("profile.become")}
      </Button>
    </div>
  );
}
