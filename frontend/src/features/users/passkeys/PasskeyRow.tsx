import { useState } from "react";
import { Badge } from "~/components/Badge";
import { Button } from "~/components/Button";
import type { Schema } from "~/lib/api/client";
import { formatDateTime, useZone } from "~/lib/time/time";
import { RemoveDialog } from "./RemoveDialog";
import { RenameDialog } from "./RenameDialog";
import { usePasskeyTexts } from "./texts";

export type Passkey = Schema<"PasskeyOut">;

/** A passkey with its name and when it was used, and buttons that rename and remove it. */
export function PasskeyRow({ passkey }: { passkey: Passkey }) {
  const t = usePasskeyTexts();
  const zone = useZone();
  const [open, setOpen] = useState<"rename" | "remove" | null>(null);
  const { name, created_at, last_used_at } = passkey;
  const close = () => setOpen(null);
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3 first:pt-0 last:pb-0">
      <div className="min-w-0 text-sm">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          <bdi className="min-w-0 break-words">{name}</bdi>
          {passkey.is_backed_up && <Badge>{t("section.backed_up")}</Badge>}
        </p>
        <p className="tabular flex flex-wrap gap-x-2 text-ink-soft">
          <span>{t("section.created", { when: formatDateTime(created_at, zone) })}</span>
          <span>
            {last_used_at
              ? t("section.used", { when: formatDateTime(last_used_at, zone) })
              : t("section.unused")}
          </span>
        </p>
      </div>
      <div className="ml-auto flex gap-2">
        <Button
          variant="quiet"
          size="sm"
          aria-label={t("section.rename_of", { name })}
          onClick={() => setOpen("rename")}
        >
          {t("section.rename")}
        </Button>
        <Button
          variant="secondary"
          size="sm"
          aria-label={t("section.remove_of", { name })}
          onClick={() => setOpen("remove")}
        >
          {t("section.remove")}
        </Button>
      </div>
      {open === "rename" && <RenameDialog passkey={passkey} onClose={close} />}
      {open === "remove" && <RemoveDialog passkey={passkey} onClose={close} />}
    </li>
  );
}
