import { Link } from "@tanstack/react-router";
import { Presentation } from "lucide-react";
import { buttonClass } from "~/components/Button";
import { useMe } from "~/lib/auth/me";
import { useTexts } from "../texts";

/** Invites visitors and learners to teach. */
export function TeachHere() {
  const t = useTexts();
  const me = useMe();
  if (me === undefined || me?.role === "creator" || me?.is_staff) return null;
  return (
    <section aria-labelledby="teach" className="mx-auto mb-12 w-full max-w-6xl px-4 sm:px-6">
      <div className="flex flex-col gap-5 rounded-card bg-accent-soft p-6 sm:flex-row sm:items-center sm:justify-between sm:p-8">
        <div className="flex items-start gap-4">
          <Presentation aria-hidden className="mt-1 size-6 shrink-0 text-accent" />
          <div>
            <h2 id="teach" className="text-xl">
              {t("home.teach")}
            </h2>
            <p className="mt-1.5 max-w-prose text-ink-soft">{t("home.teach_text")}</p>
          </div>
        </div>
        {me ? (
          <Link to="/creator" className={buttonClass({ size: "lg" }, "shrink-0")}>
            {t("home.teach_learner")}
          </Link>
        ) : (
          <Link
            to="/register"
            search={{ role: "creator" }}
            className={buttonClass({ size: "lg" }, "shrink-0")}
          >
            {t("home.teach_visitor")}
          </Link>
        )}
      </div>
    </section>
  );
}
