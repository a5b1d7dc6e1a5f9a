import { useTranslation } from "react-i18next";

/** Formats minutes: "45 minutes", "2 hours", "1 h 30 min". */
export function useFormatDuration(): (minutes: number) => string {
  const { t } = useTranslation();
  return (minutes) => {
    const hours = Math.floor(minutes / 60);
    if (minutes < 60) return t("duration.minutes", { count: minutes });
    if (minutes % 60 === 0) return t("duration.hours", { count: hours });
    return t("duration.hours_minutes", { hours, minutes: minutes % 60 });
  };
}

/** Formats a minimum notice in hours: "6 hours", "2 days". */
export function useFormatNotice(): (hours: number) => string {
  const { t } = useTranslation();
  return (hours) =>
    hours % 24 === 0 ? t("duration.days", { count: hours / 24 }) : t("duration.hours", { count: hours });
}
