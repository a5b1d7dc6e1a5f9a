import { ArrowDown, ArrowUp, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "~/components/Button";
import { Field, Input } from "~/components/Field";
import { Picture } from "~/components/Picture";
import type { Session } from "../../queries";
import { useTexts } from "../texts";

type Props = {
  picture: Session["pictures"][number];
  place: number;
  count: number;
  onDescribe: (alt: string) => void;
  onMove: (place: number) => void;
  onDelete: () => void;
};

/** A picture with its description, saved when the field is left, and buttons to move and delete it. */
export function PictureRow({ picture, place, count, onDescribe, onMove, onDelete }: Props) {
  const t = useTexts();
  const [alt, setAlt] = useState(picture.alt);
  const words = { place, count };
  return (
    <li className="flex flex-wrap items-end gap-3 sm:flex-nowrap">
      <div className="relative aspect-3/2 w-28 shrink-0 overflow-hidden rounded-control bg-sunk">
        <Picture
          sources={picture.sources}
          sizes="7rem"
          alt={picture.alt}
          loading="lazy"
          className="size-full object-cover"
        />
      </div>
      <Field
        label={t(place === 1 ? "pictures.alt_first" : "pictures.alt", words)}
        isOptional
        className="min-w-40 flex-1"
      >
        {(field) => (
          <Input
            {...field}
            value={alt}
            maxLength={300}
            placeholder={t("pictures.alt_example")}
            onChange={({ currentTarget }) => setAlt(currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault(); // it would send the form around
              event.currentTarget.blur();
            }}
            onBlur={() => alt.trim() !== picture.alt && onDescribe(alt)}
          />
        )}
      </Field>
      <div className="flex gap-1">
        <Button
          variant="quiet"
          size="icon"
          disabled={place === 1}
          aria-label={t("pictures.earlier", words)}
          onClick={() => onMove(place - 1)}
        >
          <ArrowUp aria-hidden className="size-5" />
        </Button>
        <Button
          variant="quiet"
          size="icon"
          disabled={place === count}
          aria-label={t("pictures.later", words)}
          onClick={() => onMove(place + 1)}
        >
          <ArrowDown aria-hidden className="size-5" />
        </Button>
        <Button variant="quiet" size="icon" aria-label={t("pictures.delete", words)} onClick={onDelete}>
          <Trash2 aria-hidden className="size-5" />
        </Button>
      </div>
    </li>
  );
}
