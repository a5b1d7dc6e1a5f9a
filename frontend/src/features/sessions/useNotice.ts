import { useTexts } from "~/features/bookings/texts";

/** Writes a notice in hours: "6 hours", "2 days". */
export function useNotice(): (hours: number) => string {
  const t = useTexts();
  return (hours) =>
    hours % 24 === 0 ? t("book.days", { count: hours / 24 }) : t("book.hours", { count: hours });
}
