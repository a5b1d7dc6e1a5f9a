import { Notice } from "~/components/Notice";
import { useTexts } from "../texts";
import type { Uploads } from "./useUploads";

/** Says, while another part of the session is shown, how far its uploads are and which failed. */
export function UploadsNotice({ uploads: { uploads } }: { uploads: Uploads }) {
  const t = useTexts();
  const failed = uploads.filter(({ failure }) => failure !== null);
  const [sending] = uploads.filter(({ failure }) => failure === null);
  if (uploads.length === 0) return null;
  return (
    <Notice tone={failed.length > 0 ? "warn" : "info"} className="mb-6">
      {sending && (
        <span className="flex flex-wrap items-center gap-x-3">
          <span>{t("pictures.under_way", { count: uploads.length - failed.length })}</span>
          <progress
            value={sending.sent < 1 ? sending.sent : undefined}
            aria-label={t("pictures.sending", { name: sending.file.name })}
            className="h-2 w-40 accent-accent"
          />
        </span>
      )}
      {failed.length > 0 && (
        <span className="block">
          {t("pictures.not_added", {
            count: failed.length,
            names: failed.map(({ file }) => file.name).join(", "),
          })}
        </span>
      )}
    </Notice>
  );
}
