import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "~/components/Button";
import { ErrorState } from "~/components/ErrorState";
import { Skeleton } from "~/components/Skeleton";
import { SecuritySection } from "../SecuritySection";
import type { SectionProps } from "../sections";
import { CreateKeyDialog } from "./CreateKeyDialog";
import { KeyRow } from "./KeyRow";
import { keysQuery } from "./keys";
import { useKeyTexts } from "./texts";

/** The keys by which programs act for the user: what each may do, when it was last used, and creating and revoking them. */
export default function ApiKeysSection({ me }: SectionProps) {
  const t = useKeyTexts();
  const [isDialogOpen, setDialogOpen] = useState(false);
  return (
    <SecuritySection
      id="api-keys"
      title={t("title")}
      text={
        <>
          <span className="block">{t("text")}</span>
          <a
            href="/api/docs/"
            className="mt-2 inline-block font-semibold text-accent underline-offset-4 hover:underline"
          >
            {t("docs")}
          </a>
        </>
      }
    >
      <div className="flex flex-col gap-5">
        <Keys />
        <Button variant="secondary" onClick={() => setDialogOpen(true)} className="self-end">
          {t("create")}
        </Button>
      </div>
      {isDialogOpen && (
        <CreateKeyDialog isCreator={me.role === "creator"} onClose={() => setDialogOpen(false)} />
      )}
    </SecuritySection>
  );
}

function Keys() {
  const t = useKeyTexts();
  const { t: common } = useTranslation();
  const { data, error, refetch } = useQuery(keysQuery);
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} className="py-2" />;
  if (!data)
    return (
      <div role="status" aria-label={common("loading")}>
        <Skeleton className="h-14 w-full" />
      </div>
    );
  if (data.length === 0) return <p className="text-sm text-ink-soft">{t("none")}</p>;
  return (
    <>
      <ul className="flex flex-col divide-y divide-line">
        {data.map((key) => (
          <KeyRow key={key.id} apiKey={key} />
        ))}
      </ul>
      <p className="text-xs text-ink-faint">{t("kept")}</p>
    </>
  );
}
