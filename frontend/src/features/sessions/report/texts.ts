import { useTranslation } from "react-i18next";
import { i18n } from "~/app/i18n";
import en from "./texts.en.json";

i18n.addResourceBundle("en", "report", en);

/** The words of reporting a session. */
export function useTexts() {
  return useTranslation("report").t;
}
