import type { ErrorComponentProps } from "@tanstack/react-router";
import { useRouter } from "@tanstack/react-router";
import { Bug } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { isProblem } from "~/api/problem";
import { Button } from "~/components/Button";
import { Emptiness } from "~/components/Emptiness";
import { Failure } from "~/components/Failure";
import { NotFound } from "./NotFound";

/** What stands in place of a page that broke. What the server refused is said in words; a fault of ours has a number. */
export function PageCrash({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const router = useRouter();
  const [id] = useState(() => crypto.randomUUID().slice(0, 8));
  const retry = () => {
    reset();
    void router.invalidate();
  };
  if (isProblem(error) && error.status === 404) return <NotFound />;
  if (isProblem(error)) return <Failure error={error} onRetry={retry} isPage className="py-24" />;
  return (
    <div role="alert">
      <Emptiness
        isPage
        icon={Bug}
        title={t("states.crash_title")}
        className="py-24"
        action={<Button onClick={retry}>{t("actions.retry")}</Button>}
      >
        {t("states.crash_text", { id })}
      </Emptiness>
    </div>
  );
}
