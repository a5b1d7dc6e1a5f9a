import { RotateCcw, X } from "lucide-react";
import { Button } from "~/components/Button";
import { useTexts } from "../texts";
import type { Upload } from "./useUploads";

/** A file on its way with its progress, or why it was refused; it stays until it is tried again or dismissed. */
export function UploadRow({
  upload: { file, preview, sent, failure },
  onRetry,
  onDismiss,
}: {
  upload: Upload;
  onRetry: () => void;
  onDismiss: () => void;
}) {
  const t = useTexts();
  return (
    <li className="flex flex-wrap items-center gap-3 sm:flex-nowrap">
      <img
        src={preview}
        alt=""
        width={112}
        height={75}
        className="aspect-3/2 w-28 shrink-0 rounded-control bg-sunk object-cover"
      />
      <div className="min-w-40 flex-1">
        <p className="truncate text-sm font-medium">{file.name}</p>
        {failure ? (
          <p role="alert" className="mt-1 text-sm font-medium text-danger">
            {failure}
          </p>
        ) : (
          <progress
            value={sent < 1 ? sent : undefined}
            aria-label={t("pictures.sending", { name: file.name })}
            className="mt-2 h-2 w-full accent-accent"
          />
        )}
      </div>
      {failure && (
        <div className="flex gap-1">
          <Button variant="secondary" size="sm" onClick={onRetry}>
            <RotateCcw aria-hidden className="size-4" />
            {t("pictures.retry")}
          </Button>
          <Button
            variant="quiet"
            size="icon-sm"
            aria-label={t("pictures.dismiss", { name: file.name })}
            onClick={onDismiss}
          >
            <X aria-hidden className="size-5" />
          </Button>
        </div>
      )}
    </li>
  );
}
