import { useState } from "react";
import { Card } from "~/components/Card";
import { DayBars } from "~/components/DayBars";
import { cn } from "~/lib/cn";
import { sumAmounts, useFormatMoney } from "~/lib/money/money";
import { formatDay } from "~/lib/time/time";
import { useTexts } from "../texts";
import { chartTop, type Day, dayValue, type Measure } from "./sales";

const MEASURES = ["seats", "income"] as const;

function dayName(date: string): string {
  return formatDay(`${date}T12:00:00Z`, "UTC");
}

/** Bookings of the last thirty days, as a chart and as a table for screen readers. */
export function Sales({ days }: { days: Day[] }) {
  const t = useTexts();
  const money = useFormatMoney();
  const [measure, setMeasure] = useState<Measure>("seats");
  const [first, last] = [days[0], days.at(-1)];
  const seats = days.reduce((sum, day) => sum + day.seats, 0);
  const income = sumAmounts(days.map((day) => day.income));
  const top = chartTop(days.map((day) => dayValue(day, measure)));
  return (
    <Card className="flex min-w-0 flex-col p-4 sm:p-5 lg:col-span-2">
      <figure className="flex flex-1 flex-col">
        <figcaption className="mb-4 flex flex-wrap items-start justify-between gap-3">
          <div>
            <h3 className="text-base">{t("sales.title")}</h3>
            <p className="tabular mt-0.5 text-sm text-ink-soft">
              {seats === 0
                ? t("sales.none")
                : measure === "seats"
                  ? t("sales.total_seats", { count: seats })
                  : t("sales.total_income", { amount: money(income) })}
            </p>
          </div>
          <MeasureChoice measure={measure} onChoose={setMeasure} />
        </figcaption>
        <div aria-hidden className="mt-auto">
          <p className="tabular mb-1 min-h-5 text-xs text-ink-faint">
            {seats > 0 && (measure === "seats" ? top : money(String(top)))}
          </p>
          <DayBars
            top={top}
            bars={days.map((day) => ({
              date: day.date,
              value: dayValue(day, measure),
              label: `${dayName(day.date)}: ${measure === "seats" ? day.seats : money(day.income)}`,
            }))}
          />
          {first && last && (
            <p className="tabular mt-1.5 flex justify-between text-xs text-ink-faint">
              <span>{dayName(first.date)}</span>
              <span>{t("sales.today")}</span>
            </p>
          )}
        </div>
        <SalesTable days={days} />
      </figure>
    </Card>
  );
}

function MeasureChoice({ measure, onChoose }: { measure: Measure; onChoose: (measure: Measure) => void }) {
  const t = useTexts();
  return (
    <fieldset className="flex rounded-control bg-sunk p-0.5">
      <legend className="sr-only">{t("sales.show")}</legend>
      {MEASURES.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={measure === each}
          onClick={() => onChoose(each)}
          className={cn(
            "h-8 rounded-[6px] px-3 text-sm font-medium transition-colors",
            measure === each ? "bg-surface text-ink shadow-soft" : "text-ink-soft hover:text-ink",
          )}
        >
          {t(`sales.${each}`)}
        </button>
      ))}
    </fieldset>
  );
}

function SalesTable({ days }: { days: Day[] }) {
  const t = useTexts();
  const money = useFormatMoney();
  return (
    <div className="sr-only">
      <table>
        <caption>{t("sales.table")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("sales.day")}</th>
            <th scope="col">{t("sales.seats")}</th>
            <th scope="col">{t("sales.income")}</th>
          </tr>
        </thead>
        <tbody>
          {days.map((day) => (
            <tr key={day.date}>
              <th scope="row">{dayName(day.date)}</th>
              <td>{day.seats}</td>
              <td>{money(day.income)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
