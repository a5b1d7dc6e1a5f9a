import { Link } from "@tanstack/react-router";
import { PencilLine } from "lucide-react";
import { buttonClass } from "~/components/Button";
import { Card } from "~/components/Card";
import type { Session } from "~/features/sessions/queries";
import { cn } from "~/lib/cn";
import { useTexts } from "../texts";

/** Shown to the creator of the session instead of the booking panel. */
export function OwnSession({ session, isWide }: { session: Session; isWide: boolean }) {
  const t = useTexts();
  return (
    <aside aria-labelledby="own" className={isWide ? "mt-11" : "mb-6"}>
      <Card className={cn("p-6", isWide && "sticky top-22")}>
        <h2 id="own" className="text-lg">
          {t("book.own_title")}
        </h2>
        <p className="mt-1.5 text-sm text-ink-soft">{t("book.own_text")}</p>
        <Link
          to="/creator/sessions/$id/edit"
          params={{ id: session.id }}
          className={buttonClass({ variant: "secondary" }, "mt-5 w-full")}
        >
          <PencilLine aria-hidden className="size-4" />
          {t("book.own_edit")}
        </Link>
      </Card>
    </aside>
  );
}
