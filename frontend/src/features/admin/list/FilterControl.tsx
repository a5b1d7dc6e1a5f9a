import { useId, useState } from "react";
import { Button } from "~/components/Button";
import { Field, Input } from "~/components/Field";
import { useCurrency } from "~/lib/money/money";
import type { ListSearch } from "../search";
import { useTexts } from "../texts";
import type { Filter } from "./listing";
import { Picker } from "./Picker";

type Props<Kind extends Filter["kind"]> = {
  filter: Extract<Filter, { kind: Kind }>;
  search: ListSearch;
  onChange: (change: ListSearch) => void;
  onClose: () => void;
};

export function FilterControl(props: Props<Filter["kind"]>) {
  const { filter, onChange, onClose } = props;
  const pick = (id: string) => {
    onChange({ [filter.name]: id });
    onClose();
  };
  switch (filter.kind) {
    case "choice":
      return <Choices {...props} filter={filter} />;
    case "person":
    case "session":
      return <Picker kind={filter.kind} label={filter.label} onPick={pick} />;
    default:
      return <Range {...props} filter={filter} />;
  }
}

function Choices({ filter, search, onChange, onClose }: Props<"choice">) {
  const group = useId();
  const now = String(search[filter.name] ?? "");
  return (
    <fieldset className="min-w-48">
      <legend className="mb-2 text-sm font-semibold">{filter.label}</legend>
      {filter.options.map(({ value, label }) => (
        <label key={value} className="flex min-h-9 items-center gap-3 text-sm">
          <input
            type="radio"
            name={group}
            checked={now === value}
            onChange={() => onChange({ [filter.name]: value })}
            onClick={() => now === value && onClose()}
            className="size-4 accent-accent"
          />
          <span>{label}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Range({ filter, search, onChange, onClose }: Props<"days" | "amounts">) {
  const t = useTexts();
  const [from, setFrom] = useState(String(search[filter.from] ?? ""));
  const [to, setTo] = useState(String(search[filter.to] ?? ""));
  const isDays = filter.kind === "days";
  const isReversed = from !== "" && to !== "" && (isDays ? to < from : Number(to) < Number(from));
  const { currency_digits } = useCurrency();
  const input = isDays
    ? ({ type: "date" } as const)
    : ({ type: "number", min: 0, step: 10 ** -currency_digits } as const);
  return (
    <form
      className="flex w-64 flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (isReversed) return;
        onChange({ [filter.from]: from || undefined, [filter.to]: to || undefined });
        onClose();
      }}
    >
      <Field label={t(isDays ? "filter.from_day" : "filter.least", { name: filter.label })}>
        {(field) => (
          <Input {...field} {...input} value={from} onChange={({ target }) => setFrom(target.value)} />
        )}
      </Field>
      <Field
        label={t(isDays ? "filter.to_day" : "filter.most", { name: filter.label })}
        error={isReversed ? t("filter.turned") : undefined}
      >
        {(field) => <Input {...field} {...input} value={to} onChange={({ target }) => setTo(target.value)} />}
      </Field>
      <Button type="submit" size="sm">
        {t("filter.apply")}
      </Button>
    </form>
  );
}
