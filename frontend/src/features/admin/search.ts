/** Search parameters of a back office list. They live in the URL, so that back, reload and sharing work. */
export type ListSearch = { [name: string]: string | number | boolean | undefined };

/** Keeps values that any list could use; each list validates its own names. */
export function validateListSearch(search: Record<string, unknown>): ListSearch {
  return Object.fromEntries(
    Object.entries(search).filter(([, value]) => typeof value !== "object"),
  ) as ListSearch;
}
