import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "~/components/Button";
import { SecurityList } from "../SecurityList";
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
  const query = useQuery(keysQuery);
  return (
    <>
      <SecurityList query={query} none={t("none")}>
        {(key) => <KeyRow key={key.id} apiKey={key} />}
      </SecurityList>
      {!!query.data?.length && <p className="text-xs text-ink-faint">{t("kept")}</p>}
    </>
  );
}
