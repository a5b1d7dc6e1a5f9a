import { Columns3 } from "lucide-react";
import { useState } from "react";
import { Button } from "~/components/Button";
import { Checkbox } from "~/components/Checkbox";
import { Popover } from "~/components/Popover";
import { useTexts } from "../texts";
import type { Column } from "./listing";

/** Toggles the columns of a table. */
export function ColumnsMenu<Row>({
  columns,
  shown,
  toggle,
  reset,
}: {
  columns: Column<Row>[];
  shown: Column<Row>[];
  toggle: (name: string) => void;
  reset: () => void;
}) {
  const t = useTexts();
  const [isOpen, setOpen] = useState(false);
  return (
    <Popover
      isOpen={isOpen}
      onOpen={setOpen}
      label={t("columns.label")}
      trigger={
        <Button variant="secondary" size="sm" className="h-10">
          <Columns3 aria-hidden className="size-4" />
          {t("columns.label")}
        </Button>
      }
    >
      <ul className="flex flex-col">
        {columns.map(({ name, head }, index) => (
          <li key={name}>
            <Checkbox
              isChecked={shown.some((each) => each.name === name)}
              disabled={index === 0}
              onChange={() => toggle(name)}
            >
              {head}
            </Checkbox>
          </li>
        ))}
      </ul>
      <Button variant="quiet" size="sm" onClick={reset} className="mt-2 -ml-3">
        {t("columns.reset")}
      </Button>
    </Popover>
  );
}
