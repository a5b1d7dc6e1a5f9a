import { useTranslation } from "react-i18next";
import { i18n } from "~/lib/i18n";
import en from "./texts.en.json";

i18n.addResourceBundle("en", "waitlist", en);

export function useTexts() {
  return useTranslation("waitlist").t;
}
