import { Heart } from "lucide-react";
import { Button } from "~/components/Button";
import { cn } from "~/lib/cn";
import type { Session } from "../queries";
import { useTexts } from "./texts";
import { useFavourite } from "./useFavourite";

/** The heart on the page of a session. */
export default function PageHeart({ session: { id, title } }: { session: Pick<Session, "id" | "title"> }) {
  const t = useTexts();
  const { isFavourite, toggle } = useFavourite(id);
  return (
    <Button
      variant="quiet"
      size="sm"
      aria-label={t("heart", { title })}
      aria-pressed={isFavourite}
      onClick={toggle}
    >
      <Heart aria-hidden className={cn("size-4", isFavourite && "fill-danger text-danger")} />
      <span>{t("save")}</span>
    </Button>
  );
}
