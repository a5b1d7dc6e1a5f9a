import { Link } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { useTranslation } from "react-i18next";
import { buttonClass } from "./Button";
import { EmptyState } from "./EmptyState";
import { useTitle } from "./Page";

/** The page for unknown addresses and missing resources. */
export function NotFound({ title, text }: { title?: string; text?: string }) {
  const { t } = useTranslation();
  useTitle(title ?? t("states.not_found_title"));
  return (
    <EmptyState
      isPage
      icon={Compass}
      title={title ?? t("states.not_found_title")}
      className="py-24"
      action={
        <Link to="/" className={buttonClass()}>
          {t("actions.home")}
        </Link>
      }
    >
      {text ?? t("states.not_found_text")}
    </EmptyState>
  );
}
