import { useQueryClient } from "@tanstack/react-query";
import { ImagePlus } from "lucide-react";
import { type ClipboardEvent, type DragEvent, useId, useRef, useState } from "react";
import { Notice } from "~/components/Notice";
import { cn } from "~/lib/cn";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { type Session, sessionQuery } from "../../queries";
import { cacheSession } from "../queries";
import { useTexts } from "../texts";
import { PictureRow } from "./PictureRow";
import { changePicture, deletePicture, MAX_PICTURES } from "./queries";
import { UploadRow } from "./UploadRow";
import { useUploads } from "./useUploads";

/** Opens the camera roll on a phone. The server says what it accepts of other files. */
const ACCEPT = "image/jpeg,image/png,image/webp,image/avif,image/heic,image/gif,image/tiff";

function imagesOf(data: DataTransfer): File[] {
  return [...data.files];
}

/** The pictures of a session: uploads, order, descriptions. Every change is saved at once. */
export function Pictures({ session }: { session: Session }) {
  const t = useTexts();
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const hint = useId();
  const [isOver, setOver] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [news, setNews] = useState("");
  const { uploads, add, retry, dismiss } = useUploads(session.id);
  const { pictures } = session;
  const isFull = pictures.length + uploads.length >= MAX_PICTURES;

  const change = async (work: () => Promise<Session>, done = "") => {
    setFailure(null);
    try {
      cacheSession(client, await work());
      setNews(done);
    } catch (error) {
      setFailure(errorMessage(error));
    }
  };
  const remove = (picture: string) =>
    change(async () => {
      await deletePicture(session.id, picture);
      return client.fetchQuery({ ...sessionQuery(session.id), staleTime: 0 });
    }, t("pictures.deleted"));
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    add(imagesOf(event.dataTransfer));
  };
  const paste = (event: ClipboardEvent) => {
    const files = imagesOf(event.clipboardData);
    if (files.length > 0) {
      event.preventDefault();
      add(files);
    }
  };
  return (
    <div className="flex flex-col gap-4" onPaste={paste}>
      {failure && <Notice tone="danger">{failure}</Notice>}
      <p role="status" className="sr-only">
        {news}
      </p>
      {(pictures.length > 0 || uploads.length > 0) && (
        <ol className="flex flex-col gap-4" aria-label={t("pictures.list")}>
          {pictures.map((picture, index) => (
            <PictureRow
              key={picture.id}
              picture={picture}
              place={index + 1}
              count={pictures.length}
              onDescribe={(alt) =>
                change(() => changePicture(session.id, picture.id, { alt }), t("pictures.described"))
              }
              onMove={(position) =>
                change(
                  () => changePicture(session.id, picture.id, { position }),
                  t("pictures.moved", { place: position, count: pictures.length }),
                )
              }
              onDelete={() => remove(picture.id)}
            />
          ))}
          {uploads.map((upload) => (
            <UploadRow
              key={upload.key}
              upload={upload}
              onRetry={() => retry(upload)}
              onDismiss={() => dismiss(upload.key)}
            />
          ))}
        </ol>
      )}
      <button
        type="button"
        disabled={isFull}
        aria-describedby={hint}
        onClick={() => input.current?.click()}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={cn(
          "flex min-h-28 flex-col items-center justify-center gap-1.5 rounded-card border border-dashed px-4 py-5 text-center transition-colors disabled:opacity-60",
          isOver ? "border-accent bg-accent-soft" : "border-line-strong hover:bg-sunk",
        )}
      >
        <ImagePlus aria-hidden className="size-6 text-ink-soft" />
        <span className="font-semibold">{t(isFull ? "pictures.full" : "pictures.add")}</span>
        <span id={hint} className="text-sm text-ink-soft">
          {t("pictures.hint")}
        </span>
      </button>
      <input
        ref={input}
        type="file"
        accept={ACCEPT}
        multiple
        hidden
        data-testid="picture-files"
        onChange={({ currentTarget }) => {
          add([...(currentTarget.files ?? [])]);
          currentTarget.value = "";
        }}
      />
    </div>
  );
}
