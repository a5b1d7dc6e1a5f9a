import { useTexts } from "../texts";
import { Choices } from "./Choices";
import { matchSpan, SPANS } from "./durations";
import type { FilterProps } from "./filters";

export function DurationFilter({ search, onChange }: FilterProps) {
  const t = useTexts();
  const isAny = search.min_duration === undefined && search.max_duration === undefined;
  return (
    <Choices
      legend={t("filters.duration")}
      value={isAny ? "any" : matchSpan(search)?.name}
      onChoose={(value) => onChange(bounds(SPANS.find(({ name }) => name === value)))}
      choices={[
        { value: "any", label: t("filters.any_duration") },
        ...SPANS.map(({ name }) => ({ value: name, label: t(`filters.spans.${name}`) })),
      ]}
    />
  );
}

function bounds(span: { name: string; min_duration?: number; max_duration?: number } | undefined) {
  return { min_duration: span?.min_duration, max_duration: span?.max_duration };
}
