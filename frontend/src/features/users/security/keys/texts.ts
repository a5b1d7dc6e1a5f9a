import { useTranslation } from "react-i18next";
import { i18n } from "~/lib/i18n";
import en from "./texts.en.json";

i18n.addResourceBundle("en", "api_keys", en);

export function useKeyTexts() {
  return useTranslation("api_keys").t;
}
