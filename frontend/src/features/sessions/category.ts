import { useTranslation } from "react-i18next";
import { i18n } from "~/lib/i18n";

/** Translates a category, or returns the marketplace's own name for it. */
export function useCategoryName(): (category: string | null) => string {
  const { t } = useTranslation();
  return (category) => {
    const key = `categories.${category ?? "none"}`;
    if (i18n.exists(key)) return t(key as "categories.none");
    return (category ?? "").charAt(0).toUpperCase() + (category ?? "").slice(1);
  };
}
