import { Badge, type Tone } from "~/components/Badge";
import { useFormatMoney } from "~/lib/money/money";
import { formatDateTime, useZone } from "~/lib/time/time";
import type { BookingEarnings } from "./perBooking";
import { useTexts } from "./texts";

const TONES = { held: "accent", earned: "good", returned: "neutral" } as const satisfies Record<string, Tone>;
const AMOUNTS = ["paid", "returned", "commission", "yours"] as const;
const CELL = "px-3 py-3 first:pl-5 last:pr-5 align-top";

/** What was paid, returned, kept and earned of each booking: a table, on phones a list. */
export function EarningsTable({ rows }: { rows: BookingEarnings[] }) {
  const t = useTexts();
  const zone = useZone();
  const money = useFormatMoney();
  return (
    <>
      <table className="w-full border-collapse text-sm max-md:hidden">
        <caption className="sr-only">{t("list")}</caption>
        <thead>
          <tr className="border-b border-line text-left text-xs text-ink-soft">
            <th scope="col" className={CELL}>
              {t("session")}
            </th>
            <th scope="col" className={CELL}>
              {t("state")}
            </th>
            {AMOUNTS.map((name) => (
              <th key={name} scope="col" className={`${CELL} text-right`}>
                {t(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.booking} className="border-b border-line last:border-b-0">
              <th scope="row" className={`${CELL} text-left font-medium`}>
                <bdi className="wrap-anywhere">{row.title}</bdi>
                <span className="tabular block text-xs font-normal text-ink-faint">
                  {formatDateTime(row.at, zone)}
                </span>
              </th>
              <td className={CELL}>
                <Badge tone={TONES[row.state]}>{t(`state_${row.state}`)}</Badge>
              </td>
              {AMOUNTS.map((name) => (
                <td
                  key={name}
                  className={`${CELL} tabular text-right ${name === "yours" ? "font-semibold" : ""}`}
                >
                  {Number(row[name]) === 0 && name !== "yours" ? "–" : money(row[name])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <ul aria-label={t("list")} className="divide-y divide-line md:hidden">
        {rows.map((row) => (
          <li key={row.booking} className="p-4 text-sm">
            <div className="flex items-start justify-between gap-3">
              <div className="min-w-0">
                <p dir="auto" className="font-medium wrap-anywhere">
                  {row.title}
                </p>
                <p className="tabular text-xs text-ink-faint">{formatDateTime(row.at, zone)}</p>
              </div>
              <Badge tone={TONES[row.state]}>{t(`state_${row.state}`)}</Badge>
            </div>
            <dl className="mt-3 flex flex-col gap-1">
              {AMOUNTS.filter((name) => name === "yours" || Number(row[name]) !== 0).map((name) => (
                <div
                  key={name}
                  className={`flex justify-between gap-4 ${name === "yours" ? "font-semibold" : ""}`}
                >
                  <dt className={name === "yours" ? "" : "text-ink-soft"}>{t(name)}</dt>
                  <dd className="tabular">{money(row[name])}</dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ul>
    </>
  );
}
