import { ImagePlus } from "lucide-react";
import { type ClipboardEvent, useId, useRef, useState } from "react";
import { cn } from "~/lib/cn";
import { useTexts } from "../texts";

/** Opens the camera roll on a phone. The server says what it accepts of other files. */
const ACCEPT = "image/jpeg,image/png,image/webp,image/avif,image/heic,image/gif,image/tiff";

/** Adds pasted files; pasted text goes where it was pasted. */
export function addPasted(event: ClipboardEvent, onAdd: (files: File[]) => void) {
  const files = [...event.clipboardData.files];
  if (files.length === 0) return;
  event.preventDefault();
  onAdd(files);
}

/** A button that takes photos: chosen or dropped. */
export function AddPhotos({ isFull, onAdd }: { isFull: boolean; onAdd: (files: File[]) => void }) {
  const t = useTexts();
  const input = useRef<HTMLInputElement>(null);
  const hint = useId();
  const [isOver, setOver] = useState(false);
  return (
    <>
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
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          onAdd([...event.dataTransfer.files]);
        }}
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
          onAdd([...(currentTarget.files ?? [])]);
          currentTarget.value = "";
        }}
      />
    </>
  );
}
