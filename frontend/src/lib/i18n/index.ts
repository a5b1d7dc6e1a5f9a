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
      typeof value === "number" ? value.toLocaleString(language) : isolated(String(value)),
  },
  returnNull: false,
});

/** Isolates text that goes from right to left, so that the words around it keep their order (UAX 9). */
function isolated(value: string): string {
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(value) ? `\u2068${value}\u2069` : value;
}

export { i18n };
