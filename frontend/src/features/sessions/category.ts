import { useTranslation } from "react-i18next";
import { i18n } from "~/lib/i18n";

/** Writes a category: in our words where we have some, else as the marketplace calls it. */
export function useCategoryName(): (category: string | null) => string {
  const { t } = useTranslation();
  return (category) => {
    const key = `categories.${category ?? "none"}`;
    if (i18n.exists(key)) return t(key as "categories.none");
    return (category ?? "").charAt(0).toUpperCase() + (category ?? "").slice(1);
  };
}
