import { useTranslation } from "react-i18next";
import { i18n } from "~/lib/i18n";
import en from "./texts.en.json";

i18n.addResourceBundle("en", "attendees", en);

/** The words of a creator's bookings; learners do not load them. */
export function useTexts() {
  return useTranslation("attendees").t;
}

export type Texts = ReturnType<typeof useTexts>;
