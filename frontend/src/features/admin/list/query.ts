import { adminListUsersLimits } from "~/lib/api/queryLimits";
import { addDays, startOfDay } from "~/lib/time/days";
import type { ListSearch } from "../search";
import { type Filter, type Query, searchKeys } from "./listing";

export const LIMITS = [20, 50, 100];
const DAY = /^\d{4}-\d\d-\d\d$/;
const AMOUNT = /^\d{1,8}(\.\d{1,4})?$/;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const MAX_SEARCH = adminListUsersLimits.search.maxLength;

export type Allowed = { filters: Filter[]; sorts: string[]; ordering: string };

/** Keeps the URL parameters that this list knows. */
export function validateSearch(
  search: ListSearch,
  { filters, sorts }: Pick<Allowed, "filters" | "sorts">,
): ListSearch {
  const valid: ListSearch = {};
  const words = String(search.search ?? "")
    .trim()
    .slice(0, MAX_SEARCH);
  if (words) valid.search = words;
  for (const filter of filters) Object.assign(valid, filterValues(filter, search));
  const ordering = String(search.ordering ?? "");
  if (sorts.includes(ordering.replace("-", ""))) valid.ordering = ordering;
  if (LIMITS.includes(Number(search.limit))) valid.limit = Number(search.limit);
  const page = Number(search.page);
  if (Number.isInteger(page) && page > 1 && page <= adminListUsersLimits.page.maximum) valid.page = page;
  return valid;
}

function filterValues(filter: Filter, search: ListSearch): ListSearch {
  const isValid = (text: string): boolean => {
    switch (filter.kind) {
      case "choice":
        return filter.options.some(({ value }) => value === text);
      case "days":
        return DAY.test(text) && !Number.isNaN(Date.parse(text));
      case "amounts":
        return AMOUNT.test(text);
      default:
        return UUID.test(text);
    }
  };
  const entries = searchKeys(filter).flatMap((key) => {
    const value = search[key];
    return value !== undefined && isValid(String(value)) ? [[key, String(value)]] : [];
  });
  return Object.fromEntries(entries);
}

/** The API parameters of the filters. Days are in the viewer's zone, both inclusive. */
export function toApiFilters(search: ListSearch, filters: Filter[], zone: string): Query {
  const query: Query = {};
  if (search.search) query.search = String(search.search);
  for (const filter of filters) {
    for (const key of searchKeys(filter)) {
      const value = search[key];
      if (value === undefined) continue;
      const text = String(value);
      if (filter.kind !== "days") query[key] = text;
      else query[key] = startOfDay(key === filter.to ? addDays(text) : text, zone);
    }
  }
  return query;
}

/** The API parameters of a page of the list. */
export function toApiQuery(
  search: ListSearch,
  { filters, ordering }: Omit<Allowed, "sorts">,
  zone: string,
): Query {
  return {
    ...toApiFilters(search, filters, zone),
    ordering: String(search.ordering ?? ordering),
    page: String(search.page ?? 1),
    limit: String(search.limit ?? LIMITS[0]),
  };
}

/** Applies a change and returns to the first page. `undefined` clears a parameter. */
export function applyChange(search: ListSearch, change: ListSearch): ListSearch {
  const next = { ...search, page: undefined, ...change };
  return Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined && value !== ""));
}

/** Orders by this field: reverses the order if it is the current field, otherwise ascending. */
export function toggleOrdering(field: string, ordering: string): string {
  return ordering === field ? `-${field}` : field;
}
