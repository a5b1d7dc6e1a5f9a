import { countText } from "../counts";
import type { Facets } from "../queries";
import { useTexts } from "../texts";
import { Choices } from "./Choices";
import type { FilterProps } from "./filters";
import type { FilterWords } from "./useFilterWords";

const FACETS = { format: "formats", place: "places", language: "languages" } as const;

/** Selects one of the values that sessions under the other filters have, with their number. */
export function ValueFilter({
  filter,
  search,
  onChange,
  facets,
  say,
}: FilterProps & { filter: keyof typeof FACETS; facets: Facets | undefined; say: FilterWords["say"] }) {
  const t = useTexts();
  const selected = search[filter];
  const found = facets?.[FACETS[filter]] ?? [];
  const isListed = !selected || found.some(({ value }) => value === selected);
  const values = isListed ? found : [...found, { value: selected, count: undefined }];
  return (
    <Choices
      legend={t(`filters.${filter}`)}
      value={selected ?? ""}
      onChoose={(value) => onChange({ [filter]: value || undefined })}
      choices={[
        { value: "", label: t(`filters.any_${filter}`) },
        ...values.map(({ value, count }) => ({
          value,
          label: <bdi>{say(filter, { [filter]: value })}</bdi>,
          count: facets && count !== undefined ? countText(count, facets) : undefined,
        })),
      ]}
    />
  );
}
