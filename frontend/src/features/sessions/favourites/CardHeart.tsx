import { Heart } from "lucide-react";
import { cn } from "~/lib/cn";
import type { Session } from "../queries";
import { useTexts } from "./texts";
import { useFavourite } from "./useFavourite";

/** The heart in the corner of a card. */
export default function CardHeart({ session: { id, title } }: { session: Pick<Session, "id" | "title"> }) {
  const t = useTexts();
  const { isFavourite, toggle } = useFavourite(id);
  return (
    <button
      type="button"
      aria-label={t("heart", { title })}
      aria-pressed={isFavourite}
      onClick={toggle}
      className="group/heart absolute top-1.5 right-1.5 z-10 inline-flex size-11 items-center justify-center rounded-full"
    >
      <span className="inline-flex size-9 items-center justify-center rounded-full bg-raised/90 text-ink shadow-soft transition-transform group-hover/heart:scale-110">
        <Heart aria-hidden className={cn("size-4.5", isFavourite && "fill-danger text-danger")} />
      </span>
    </button>
  );
}
