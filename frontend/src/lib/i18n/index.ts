import i18n from "i18next";
import { initReactI18next } from "react-i18next";
import common from "./en/common.json";
import problems from "./en/problems.json";

void i18n.use(initReactI18next).init({
  lng: "en",
  fallbackLng: "en",
  resources: { en: { common, problems } },
  defaultNS: "common",
  interpolation: {
    escapeValue: false,
    alwaysFormat: true,
    format: (value: unknown, _, language) =>
      typeof value === "number" ? value.toLocaleString(language) : String(value),
  },
  returnNull: false,
});

export { i18n };
