import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Card } from "~/components/Card";
import { DayBars } from "~/components/DayBars";
import { cn } from "~/lib/cn";
import { useFormatMoney } from "~/lib/money/money";
import { formatDay } from "~/lib/time/time";
import { useTexts } from "../texts";
import type { Dashboard } from "./queries";

const MEASURES = ["seats", "income", "cancellations", "new_people"] as const;
type Measure = (typeof MEASURES)[number];

function dayName(date: string): string {
  return formatDay(`${date}T12:00:00Z`, "UTC");
}

/** Totals of the period, with a daily chart of one of them. Screen readers get a table. */
export function Numbers({ dashboard: { days, totals } }: { dashboard: Dashboard }) {
  const t = useTexts();
  const money = useFormatMoney();
  const { i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  const [measure, setMeasure] = useState<Measure>("seats");
  const values = (value: number | string) =>
    typeof value === "string" ? money(value) : number.format(value);
  const top = Math.max(1, ...days.map((day) => Number(day[measure])));
  const [first, last] = [days[0], days.at(-1)];
  return (
    <Card className="p-4 sm:p-5">
      <figure>
        <figcaption className="sr-only">{t("home.numbers")}</figcaption>
        <fieldset className="mb-6 grid grid-cols-2 gap-3 lg:grid-cols-4">
          <legend className="sr-only">{t("home.choose")}</legend>
          {MEASURES.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={measure === each}
              onClick={() => setMeasure(each)}
              className={cn(
                "min-w-0 rounded-control border wrap-anywhere p-3 text-left transition-colors sm:p-4",
                measure === each ? "border-accent bg-accent-soft" : "border-line hover:bg-sunk",
              )}
            >
              <span className="block text-sm text-ink-soft">{t(`home.${each}`)}</span>
              <span className="tabular mt-1 block text-lg font-semibold sm:text-xl tracking-tight">
                {values(totals[each])}
              </span>
            </button>
          ))}
        </fieldset>
        <div aria-hidden>
          <p className="tabular mb-1 text-xs text-ink-faint">
            {measure === "income" ? money(String(top)) : number.format(top)}
          </p>
          <DayBars
            top={top}
            bars={days.map((day) => ({
              date: day.date,
              value: Number(day[measure]),
              label: `${dayName(day.date)}: ${values(day[measure])}`,
            }))}
          />
          {first && last && (
            <p className="tabular mt-1.5 flex justify-between text-xs text-ink-faint">
              <span>{dayName(first.date)}</span>
              <span>{t("home.today")}</span>
            </p>
          )}
        </div>
        <div className="sr-only">
          <table>
            <caption>{t("home.numbers")}</caption>
            <thead>
              <tr>
                <th scope="col">{t("home.day")}</th>
                {MEASURES.map((each) => (
                  <th key={each} scope="col">
                    {t(`home.${each}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {days.map((day) => (
                <tr key={day.date}>
                  <th scope="row">{dayName(day.date)}</th>
                  {MEASURES.map((each) => (
                    <td key={each}>{values(day[each])}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </figure>
    </Card>
  );
}
