import { useTranslation } from "react-i18next";
import { i18n } from "~/lib/i18n";
import en from "./texts.en.json";

i18n.addResourceBundle("en", "schedules", en);

export function useTexts() {
  return useTranslation("schedules").t;
}

export type Texts = ReturnType<typeof useTexts>;
