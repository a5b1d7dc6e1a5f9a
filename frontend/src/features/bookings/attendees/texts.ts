import { useTranslation } from "react-i18next";
import { i18n } from "~/lib/i18n";
import en from "./texts.en.json";

i18n.addResourceBundle("en", "attendees", en);

/** Texts of the attendees page, in a chunk that learners do not load. */
export function useTexts() {
  return useTranslation("attendees").t;
}

export type Texts = ReturnType<typeof useTexts>;
