/** Search parameters of the catalog. They live in the URL, so that back, reload and sharing work. */
import type { Schema } from "~/lib/api/client";
import { listSessionsLimits } from "~/lib/api/queryLimits";

export const SORTS = [
  "relevance",
  "next_slot",
  "rating",
  "-created_at",
  "price",
  "-price",
  "duration",
  "-duration",
  "title",
] as const;
export type Sort = (typeof SORTS)[number];

export type CatalogSearch = {
  search?: string;
  category?: string;
  tag?: string;
  format?: Schema<"SessionFormat">;
  /** BCP 47. */
  language?: string;
  place?: string;
  /** Creator id. */
  creator?: string;
  min_price?: number;
  max_price?: number;
  /** Minutes. */
  min_duration?: number;
  max_duration?: number;
  /** Days in the viewer's zone, "2026-12-03". */
  from?: string;
  to?: string;
  /** Absent: best match for a search, otherwise newest. */
  sort?: Sort;
};

export type Category = Schema<"FacetsOut">["categories"][number];

const MAX_SEARCH = listSessionsLimits.search.maxLength;
const MAX_WORDS = 12;
const MAX_PRICE = listSessionsLimits.max_price.maximum;
const MAX_PLACE = listSessionsLimits.place.maxLength;
const MAX_DURATION = listSessionsLimits.max_duration.maximum;
const FORMAT = /^(online|in_person|at_yours)$/;
const LANGUAGE = /^[a-z]{2,3}(-[a-z\d]{2,8})*$/i;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Keeps valid parameters and drops the rest. */
export function validateCatalog(raw: Record<string, unknown>): CatalogSearch {
  const search = normalizeSearch(raw.search);
  const [min_price, max_price] = bounds(raw.min_price, raw.max_price, MAX_PRICE, 10_000);
  const [min_duration, max_duration] = bounds(raw.min_duration, raw.max_duration, MAX_DURATION, 1);
  const [from, to] = [day(raw.from), day(raw.to)];
  const sort = SORTS.find((each) => each === raw.sort);
  return definedOnly({
    search,
    category: word(raw.category),
    tag: word(raw.tag),
    creator: matching(raw.creator, UUID),
    min_price,
    max_price,
    min_duration,
    max_duration,
    from,
    to: from && to && to < from ? from : to,
    format: matching(raw.format, FORMAT) as CatalogSearch["format"],
    place: word(raw.place, MAX_PLACE),
    language: matching(raw.language, LANGUAGE),
    sort: sort === "relevance" && !search ? undefined : sort,
  });
}

/** Normalizes a search as the API requires: with a letter or digit, and not too many words. */
export function normalizeSearch(value: unknown): string | undefined {
  const text = typeof value === "number" ? String(value) : typeof value === "string" ? value : "";
  const words = [...text.slice(0, MAX_SEARCH).matchAll(/[\p{L}\p{N}]+/gu)];
  const last = words.at(Math.min(words.length, MAX_WORDS) - 1);
  if (!last) return undefined;
  return words.length > MAX_WORDS
    ? text.slice(0, last.index + last[0].length).trim()
    : text.slice(0, MAX_SEARCH).trim();
}

export function effectiveSort({ search, sort }: CatalogSearch): Sort {
  return sort ?? (search ? "relevance" : "-created_at");
}

function word(value: unknown, most = 50): string | undefined {
  const text = typeof value === "number" ? String(value) : value;
  return typeof text === "string" && text.trim() && text.length <= most ? text.trim() : undefined;
}

function matching(value: unknown, pattern: RegExp): string | undefined {
  return typeof value === "string" && pattern.test(value) ? value : undefined;
}

function day(value: unknown): string | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d$/.test(value)) return undefined;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value) ? value : undefined;
}

function bounds(
  min: unknown,
  max: unknown,
  limit: number,
  parts: number,
): [number | undefined, number | undefined] {
  const number = (raw: unknown) => {
    const value = typeof raw === "string" && raw.trim() ? Number(raw) : raw;
    if (typeof value !== "number" || !Number.isFinite(value) || value < 0) return undefined;
    return Math.round(Math.min(value, limit) * parts) / parts;
  };
  const [low, high] = [number(min), number(max)];
  return low !== undefined && high !== undefined && low > high ? [high, low] : [low, high];
}

function definedOnly(search: CatalogSearch): CatalogSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));
}
