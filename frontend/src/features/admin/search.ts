/** What a list of the back office shows, as it stands in the address: so that back, reload and sharing work. */
export type ListSearch = { [name: string]: string | number | boolean | undefined };

/** What of an address can be a list's; what each list understands of it is its own to say. */
export function validateListSearch(search: Record<string, unknown>): ListSearch {
  return Object.fromEntries(
    Object.entries(search).filter(([, value]) => typeof value !== "object"),
  ) as ListSearch;
}
