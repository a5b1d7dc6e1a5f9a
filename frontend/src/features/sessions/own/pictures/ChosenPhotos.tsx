import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "~/components/Button";
import { Notice } from "~/components/Notice";
import { useDraft } from "~/lib/forms/useDraft";
import { useTexts } from "../texts";
import { AddPhotos, addPasted } from "./AddPhotos";
import { MAX_PICTURES } from "./queries";

/** Photos to upload once the session is saved. A reload cannot keep files, so their names are kept to say which. */
export function ChosenPhotos({ files, onChange }: { files: File[]; onChange: (files: File[]) => void }) {
  const t = useTexts();
  const [lost, setLost] = useState<string[]>([]);
  const [tooMany, setTooMany] = useState<string[]>([]);
  const names = [...new Set([...lost, ...files.map(({ name }) => name)])];
  useDraft("session:new:photos", names, names.length > 0, setLost);
  const add = (added: File[]) => {
    const free = MAX_PICTURES - files.length;
    setTooMany(added.slice(free).map(({ name }) => name));
    setLost([]);
    onChange([...files, ...added.slice(0, free)]);
  };
  return (
    <div className="flex flex-col gap-4" onPaste={(event) => addPasted(event, add)}>
      {lost.length > 0 && (
        <Notice tone="warn">{t("pictures.lost", { names: lost.join(", "), count: lost.length })}</Notice>
      )}
      {tooMany.length > 0 && (
        <Notice tone="warn">
          {t("pictures.too_many", { names: tooMany.join(", "), count: tooMany.length })}
        </Notice>
      )}
      {files.length > 0 && (
        <ol className="grid grid-cols-2 gap-3 sm:grid-cols-3" aria-label={t("pictures.chosen")}>
          {files.map((file, index) => (
            <ChosenPhoto
              // biome-ignore lint/suspicious/noArrayIndexKey: a file has no other identity, and may be chosen twice
              key={`${file.name} ${index}`}
              file={file}
              onRemove={() => {
                setTooMany([]);
                onChange(files.filter((_, place) => place !== index));
              }}
            />
          ))}
        </ol>
      )}
      <AddPhotos isFull={files.length >= MAX_PICTURES} onAdd={add} />
    </div>
  );
}

function ChosenPhoto({ file, onRemove }: { file: File; onRemove: () => void }) {
  const t = useTexts();
  const preview = usePreview(file);
  return (
    <li className="relative overflow-hidden rounded-control bg-sunk">
      <img src={preview} alt="" width={300} height={200} className="aspect-3/2 w-full object-cover" />
      <p className="truncate px-2 py-1 text-xs text-ink-soft">{file.name}</p>
      <Button
        variant="secondary"
        size="icon-sm"
        aria-label={t("pictures.remove", { name: file.name })}
        onClick={onRemove}
        className="absolute top-1.5 right-1.5"
      >
        <X aria-hidden className="size-5" />
      </Button>
    </li>
  );
}

function usePreview(file: File): string | undefined {
  const [preview, setPreview] = useState<string>();
  useEffect(() => {
    const url = URL.createObjectURL(file);
    setPreview(url);
    return () => URL.revokeObjectURL(url);
  }, [file]);
  return preview;
}
