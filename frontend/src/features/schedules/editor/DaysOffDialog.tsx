import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Field, Input } from "~/components/Field";
import { scheduleLimits } from "~/lib/api/limits";
import { addDays, type Day } from "~/lib/time/days";
import { DAY_MINUTES, dayOffset } from "../ranges";
import { useTexts } from "../texts";

const MAX_DAYS = scheduleLimits.exceptions.maxItems;

/** Adds one day off or several consecutive ones. */
export function DaysOffDialog({
  today,
  onAdd,
  onClose,
}: {
  today: Day;
  onAdd: (first: Day, last: Day) => void;
  onClose: () => void;
}) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const [first, setFirst] = useState(addDays(today));
  const [last, setLast] = useState("");
  const [isSubmitted, setSubmitted] = useState(false);
  const [begin, end] = [dayOffset(first), dayOffset(last || first)];
  const count = begin === null || end === null ? 0 : (end - begin) / DAY_MINUTES + 1;
  const dateError =
    count < 1 ? t("exceptions.order") : count > MAX_DAYS ? t("exceptions.too_long") : undefined;

  const add = () => {
    setSubmitted(true);
    if (begin === null || dateError) return;
    onAdd(first, last || first);
    toast.success(t("exceptions.added", { count }));
    onClose();
  };

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("exceptions.dialog_title")}
      description={t("exceptions.dialog_text")}
      footer={
        <>
          <Button variant="secondary" onClick={onClose}>
            {common("actions.back")}
          </Button>
          <Button onClick={add}>{t("exceptions.dialog_add")}</Button>
        </>
      }
    >
      <div className="grid gap-5 sm:grid-cols-2">
        <Field
          label={t("exceptions.first")}
          error={isSubmitted && begin === null ? t("rules.date") : undefined}
        >
          {(field) => (
            <Input type="date" {...field} value={first} onChange={({ target }) => setFirst(target.value)} />
          )}
        </Field>
        <Field
          label={t("exceptions.last")}
          isOptional
          error={isSubmitted && begin !== null ? dateError : undefined}
        >
          {(field) => (
            <Input
              type="date"
              min={first}
              {...field}
              value={last}
              onChange={({ target }) => setLast(target.value)}
            />
          )}
        </Field>
      </div>
    </Dialog>
  );
}
