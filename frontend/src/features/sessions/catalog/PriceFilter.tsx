import { useState } from "react";
import { Button } from "~/components/Button";
import { Field, Input } from "~/components/Field";
import { exampleAmount, parseAmount, useCurrency } from "~/lib/money/money";
import { countText } from "../counts";
import type { Facets } from "../queries";
import { useTexts } from "../texts";
import { Choices } from "./Choices";
import type { FilterProps } from "./filters";
import { bandBounds, matchBand } from "./prices";

/** Filters by price: a band with its count, or custom bounds. */
export function PriceFilter({
  search,
  onChange,
  facets,
  bandWords,
}: FilterProps & {
  facets: Facets | undefined;
  bandWords: (band: Facets["price_bands"][number]) => string;
}) {
  const t = useTexts();
  const { min_price, max_price } = search;
  const bands = facets?.price_bands ?? [];
  const isAny = min_price === undefined && max_price === undefined;
  const band = matchBand({ min_price, max_price }, bands);
  return (
    <div>
      <Choices
        legend={t("filters.price")}
        value={isAny ? "any" : band && String(bands.indexOf(band))}
        onChoose={(value) => {
          const chosen = bands[Number(value)];
          onChange(chosen ? bandBounds(chosen) : { min_price: undefined, max_price: undefined });
        }}
        choices={[
          { value: "any", label: t("filters.any_price") },
          ...bands.map((each, index) => ({
            value: String(index),
            label: bandWords(each),
            count: facets && countText(each.count, facets),
          })),
        ]}
      />
      <CustomBounds key={`${min_price} ${max_price}`} search={search} onChange={onChange} />
    </div>
  );
}

function CustomBounds({ search, onChange }: FilterProps) {
  const t = useTexts();
  const { currency, currency_digits: digits } = useCurrency();
  const [min, setMin] = useState(search.min_price?.toString() ?? "");
  const [max, setMax] = useState(search.max_price?.toString() ?? "");
  const [from, to] = [min, max].map((text) => (text.trim() ? parseAmount(text, digits) : undefined));
  const isReversed = from && to && Number(from) > Number(to);
  const error =
    from === null || to === null
      ? t("filters.not_an_amount", { example: exampleAmount(digits) })
      : isReversed
        ? t("filters.reversed")
        : undefined;
  return (
    <form
      noValidate
      className="mt-2 border-t border-line pt-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (error) return;
        onChange({ min_price: from ? Number(from) : undefined, max_price: to ? Number(to) : undefined });
      }}
    >
      <div className="flex items-end gap-2">
        <Field label={t("filters.least", { currency })} className="w-24 flex-1">
          {(field) => (
            <Input
              {...field}
              inputMode="decimal"
              autoComplete="off"
              value={min}
              onChange={({ target }) => setMin(target.value)}
            />
          )}
        </Field>
        <Field label={t("filters.most", { currency })} className="w-24 flex-1">
          {(field) => (
            <Input
              {...field}
              inputMode="decimal"
              autoComplete="off"
              value={max}
              onChange={({ target }) => setMax(target.value)}
            />
          )}
        </Field>
        <Button type="submit" variant="secondary">
          {t("filters.apply")}
        </Button>
      </div>
      {error && (
        <p role="alert" className="mt-2 text-xs font-medium text-danger">
          {error}
        </p>
      )}
    </form>
  );
}
