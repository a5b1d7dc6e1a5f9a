import { useTranslation } from "react-i18next";
import { formatDateTime, useZone } from "~/lib/time/time";

const MAX_LISTED = 5;

/** Writes starts for the person who looks: "Thu 3 Dec, 18:30; Fri 4 Dec, 18:30 and 2 more". */
export function useFormatStarts(): (starts: string[]) => string {
  const { t } = useTranslation();
  const zone = useZone();
  return (starts) => {
    const named = starts.slice(0, MAX_LISTED).map((start) => formatDateTime(start, zone));
    const more = starts.length - named.length;
    const listed = named.join("; ");
    return more > 0 ? t("and_more", { listed, count: more }) : listed;
  };
}
