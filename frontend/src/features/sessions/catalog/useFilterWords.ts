import { displayName } from "~/lib/auth/me";
import { useFormatMoney } from "~/lib/money/money";
import { dateKey, formatDay, useZone } from "~/lib/time/time";
import { useCategoryName } from "../category";
import type { Facets, Session } from "../queries";
import type { CatalogSearch } from "../search";
import type { Filter } from "../searchFilters";
import { useTexts } from "../texts";
import { useLanguageName } from "../where";
import { matchQuickRange } from "./dates";
import { matchSpan } from "./durations";
import { matchBand } from "./prices";

export type FilterWords = ReturnType<typeof useFilterWords>;

/** Formats the value of a filter: "Cooking", "Under €25", "This weekend". */
export function useFilterWords(facets: Facets | undefined, first: Session | undefined) {
  const t = useTexts();
  const money = useFormatMoney();
  const zone = useZone();
  const categoryName = useCategoryName();
  const languageName = useLanguageName();
  const price = (amount: number) => money(String(amount));

  const words: Record<Filter, (search: CatalogSearch) => string> = {
    category: ({ category }) => categoryName(category ?? null),
    tag: ({ tag }) => t("filters.tag", { tag }),
    creator: ({ creator }) =>
      first && first.creator === creator
        ? t("filters.by", { name: displayName(first.creator_details) })
        : t("filters.by_one"),
    price: ({ min_price, max_price }) => {
      const band = matchBand({ min_price, max_price }, facets?.price_bands ?? []);
      if (band) return bandWords(band);
      if (min_price === undefined) return t("filters.up_to", { amount: price(max_price ?? 0) });
      if (max_price === undefined) return t("filters.from", { amount: price(min_price) });
      return t("filters.between", { from: price(min_price), to: price(max_price) });
    },
    duration: ({ min_duration, max_duration }) => {
      const span = matchSpan({ min_duration, max_duration });
      if (span) return t(`filters.spans.${span.name}`);
      if (min_duration === undefined) return t("filters.minutes_to", { to: max_duration });
      if (max_duration === undefined) return t("filters.minutes_from", { from: min_duration });
      return t("filters.minutes", { from: min_duration, to: max_duration });
    },
    date: ({ from, to }) => {
      const quick = matchQuickRange({ from, to }, dateKey(new Date(), zone));
      if (quick) return t(`filters.quick.${quick}`);
      if (!from) return t("filters.until_day", { day: short(to) });
      if (!to) return t("filters.from_day", { day: short(from) });
      return from === to ? short(from) : t("filters.between", { from: short(from), to: short(to) });
    },
    format: ({ format }) => (format ? t(`format.${format}`) : ""),
    place: ({ place }) => place ?? "",
    language: ({ language }) => (language ? languageName(language) : ""),
  };

  function bandWords({ min_price, max_price }: Facets["price_bands"][number]): string {
    if (Number(min_price) === 0 && max_price) return t("filters.under", { amount: money(max_price) });
    if (max_price === null) return t("filters.and_more", { amount: money(min_price) });
    return t("filters.between", { from: money(min_price), to: money(max_price) });
  }

  return { say: (filter: Filter, search: CatalogSearch) => words[filter](search), bandWords };
}

function short(day: string | undefined): string {
  return day ? formatDay(`${day}T12:00:00Z`, "UTC") : "";
}
