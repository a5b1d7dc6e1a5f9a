import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { Button } from "~/components/Button";
import { Notice } from "~/components/Notice";
import { api } from "~/lib/api/client";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { useTexts } from "../texts";

/** Saves a copy of the user's data as a file. */
export function OwnData() {
  const t = useTexts();
  const { mutate, isPending, error } = useMutation({ mutationFn: saveCopy });
  return (
    <div className="flex flex-col gap-4">
      {error && <Notice tone="danger">{errorMessage(error)}</Notice>}
      <p className="text-sm text-ink-soft">{t("profile.data_means")}</p>
      <Button variant="secondary" isBusy={isPending} onClick={() => mutate()} className="self-end">
        <Download aria-hidden className="size-4" />
        {t("profile.data_download")}
      </Button>
    </div>
  );
}

async function saveCopy() {
  const { data, response } = await api.GET("/api/auth/export", { parseAs: "blob" });
  const name = /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1];
  const address = URL.createObjectURL(data as Blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name ?? "data.json";
  link.click();
  // after the browser has started to read it
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
