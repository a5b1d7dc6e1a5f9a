import { useNavigate } from "@tanstack/react-router";
import { Presentation } from "lucide-react";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Notice } from "~/components/Notice";
import { isProblem } from "~/lib/api/problem";
import { useBecomeCreator } from "~/lib/auth/useBecomeCreator";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { useTexts } from "../texts";

/** Turns a learner's account into a creator's. */
export function BecomeCreator() {
  const t = useTexts();
  const navigate = useNavigate();
  const { mutate, isPending, error } = useBecomeCreator(() => {
    toast.success(t("profile.became_creator"));
    void navigate({ to: "/creator" });
  });
  const failure = error && !isProblem(error, "illegal_transition") ? errorMessage(error) : null;

  return (
    <div className="flex flex-col gap-4">
      {failure && <Notice tone="danger">{failure}</Notice>}
      <div className="flex items-start gap-4">
        <Presentation aria-hidden className="mt-0.5 size-6 shrink-0 text-accent" />
        <p className="text-sm text-ink-soft">{t("profile.become_text")}</p>
      </div>
      <Button variant="secondary" isBusy={isPending} onClick={() => mutate()} className="self-end">
        {t("profile.become")}
      </Button>
    </div>
  );
}
