import { useTranslation } from "react-i18next";
import { i18n } from "~/lib/i18n";
import en from "./texts.en.json";

i18n.addResourceBundle("en", "earnings", en);

/** Texts of a creator's earnings, in a chunk that learners do not load. */
export function useTexts() {
  return useTranslation("earnings").t;
}
