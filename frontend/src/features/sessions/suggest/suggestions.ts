import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";
import type { CatalogSearch } from "../search";

type Person = Schema<"PublicUserOut">;

/** What a suggestion leads to: the page of a session or a creator, or the catalog with a filter. */
export type Destination = { session: string } | { creator: string } | { search: CatalogSearch };

export type Suggestion = {
  id: string;
  kind: "category" | "person" | "title";
  text: string;
  person?: Person;
  destination: Destination;
};

/** Suggestions for typed text: categories, people, then titles. */
export function suggestionsQuery(text: string, categoryName: (category: string) => string) {
  return queryOptions({
    queryKey: queryKeys.sessions.suggestions(text),
    queryFn: async ({ signal }): Promise<Suggestion[]> => {
      const { categories, people, titles } = await unwrap(
        api.GET("/api/sessions/suggest", { params: { query: { q: text } }, signal }),
      );
      return [
        ...categories.map((category) => ({
          id: `category-${category}`,
          kind: "category" as const,
          text: categoryName(category),
          destination: { search: { category } },
        })),
        ...people.map((person) => ({
          id: `person-${person.id}`,
          kind: "person" as const,
          text: [person.first_name, person.last_name].filter(Boolean).join(" ") || person.username,
          person,
          destination: { creator: person.username },
        })),
        ...titles.map(({ id, title }) => ({
          id: `title-${id}`,
          kind: "title" as const,
          text: title,
          destination: { session: id },
        })),
      ];
    },
    enabled: text !== "",
    staleTime: 60_000,
    retry: false,
    placeholderData: keepPreviousData,
  });
}
