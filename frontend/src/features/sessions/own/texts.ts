import { useTranslation } from "react-i18next";
import { i18n } from "~/lib/i18n";
import en from "./texts.en.json";

i18n.addResourceBundle("en", "own_sessions", en);

/** Texts of a creator's own sessions, in a chunk that learners do not load. */
export function useTexts() {
  return useTranslation("own_sessions").t;
}

export type Texts = ReturnType<typeof useTexts>;
