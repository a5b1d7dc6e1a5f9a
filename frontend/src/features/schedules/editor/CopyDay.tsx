import { Copy } from "lucide-react";
import { useState } from "react";
import { useFormContext } from "react-hook-form";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Checkbox } from "~/components/Checkbox";
import { Popover } from "~/components/Popover";
import type { ScheduleForm } from "../model";
import { useTexts } from "../texts";
import { DAYS, type DayIndex, useDayName } from "./WeekHours";

/** Copies the hours of a day to other days. */
export function CopyDay({ day }: { day: DayIndex }) {
  const t = useTexts();
  const nameOf = useDayName();
  const { getValues, setValue } = useFormContext<ScheduleForm>();
  const [isOpen, setOpen] = useState(false);
  const [selectedDays, setSelectedDays] = useState<DayIndex[]>([]);
  const others = DAYS.filter((other) => other !== day);
  const workdays = others.filter((other) => other < 5);

  const copy = () => {
    const { ranges } = getValues(`week.${day}`);
    for (const other of selectedDays) {
      setValue(
        `week.${other}.ranges`,
        ranges.map((range) => ({ ...range })),
        { shouldDirty: true },
      );
    }
    setOpen(false);
    toast.success(t("week.copied", { count: selectedDays.length }));
  };

  return (
    <Popover
      isOpen={isOpen}
      onOpen={(open) => {
        setOpen(open);
        setSelectedDays([]);
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
        <Button variant="secondary" size="sm" onClick={() => setSelectedDays(workdays)}>
          {t("week.copy_workdays")}
        </Button>
        <Button variant="secondary" size="sm" onClick={() => setSelectedDays(others)}>
          {t("week.copy_all")}
        </Button>
      </div>
      <div className="mt-3 flex flex-col">
        {others.map((other) => (
          <Checkbox
            key={other}
            isChecked={selectedDays.includes(other)}
            onChange={(isChecked) =>
              setSelectedDays(
                isChecked ? [...selectedDays, other] : selectedDays.filter((one) => one !== other),
              )
            }
          >
            {nameOf(other)}
          </Checkbox>
        ))}
      </div>
      <Button size="sm" className="mt-3 w-full" disabled={selectedDays.length === 0} onClick={copy}>
        {t("week.copy_apply")}
      </Button>
    </Popover>
  );
}
