import { Copy } from "lucide-react";
import { useState } from "react";
import { useFormContext } from "react-hook-form";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Checkbox } from "~/components/Checkbox";
import { Popover } from "~/components/Popover";
import type { ScheduleForm } from "../model";
import { useTexts } from "../texts";
import { DAYS, type DayPlace, useDayName } from "./WeekHours";

/** Puts the hours of one day in place of those of others. */
export function CopyDay({ day }: { day: DayPlace }) {
  const t = useTexts();
  const nameOf = useDayName();
  const { getValues, setValue } = useFormContext<ScheduleForm>();
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState<DayPlace[]>([]);
  const others = DAYS.filter((other) => other !== day);
  const workdays = others.filter((other) => other < 5);

  const copy = () => {
    const { ranges } = getValues(`week.${day}`);
    for (const other of chosen) {
      setValue(
        `week.${other}.ranges`,
        ranges.map((range) => ({ ...range })),
        { shouldDirty: true },
      );
    }
    setOpen(false);
    toast.success(t("week.copied", { count: chosen.length }));
  };

  return (
    <Popover
      isOpen={isOpen}
      onOpen={(open) => {
        setOpen(open);
        setChosen([]);
      }}
      label={t("week.copy_title", { day: nameOf(day) })}
      trigger={
        <Button variant="quiet" size="icon" aria-label={t("week.copy", { day: nameOf(day) })}>
          <Copy aria-hidden className="size-4" />
        </Button>
      }
    >
      <p className="text-sm font-semibold">{t("week.copy_title", { day: nameOf(day) })}</p>
      <div className="mt-2 flex gap-2">
        <Button variant="secondary" size="sm" onClick={() => setChosen(workdays)}>
          {t("week.copy_workdays")}
        </Button>
        <Button variant="secondary" size="sm" onClick={() => setChosen(others)}>
          {t("week.copy_all")}
        </Button>
      </div>
      <div className="mt-3 flex flex-col">
        {others.map((other) => (
          <Checkbox
            key={other}
            isChecked={chosen.includes(other)}
            onChange={(isChecked) =>
              setChosen(isChecked ? [...chosen, other] : chosen.filter((one) => one !== other))
            }
          >
            {nameOf(other)}
          </Checkbox>
        ))}
      </div>
      <Button size="sm" className="mt-3 w-full" disabled={chosen.length === 0} onClick={copy}>
        {t("week.copy_apply")}
      </Button>
    </Popover>
  );
}
