import { useTranslation } from "react-i18next";
import { i18n } from "~/lib/i18n";
import problems from "./problems.en.json";
import en from "./texts.en.json";

i18n.addResourceBundle("en", "bookings", en);
i18n.addResourceBundle("en", "problems", problems, true);

export function useTexts() {
  return useTranslation("bookings").t;
}
