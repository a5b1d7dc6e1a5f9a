import { dateKey, formatDateTime, useZone } from "~/lib/time/time";

/** An instant in the viewer's zone, with the year unless it is the current one. */
export function DateTime({ at }: { at: string }) {
  const zone = useZone();
  const year = dateKey(at, zone).slice(0, 4);
  const isThisYear = year === dateKey(new Date(), zone).slice(0, 4);
  return (
    <time dateTime={at} className="tabular whitespace-nowrap">
      {isThisYear ? formatDateTime(at, zone) : formatDateTime(at, zone).replace(",", ` ${year},`)}
    </time>
  );
}
