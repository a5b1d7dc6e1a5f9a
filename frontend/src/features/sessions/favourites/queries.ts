import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { api, unwrap, unwrapPage } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";

const PAGE = 24;

/** The IDs of all favourites: one request for every heart of the page. */
export const favouriteIdsQuery = queryOptions({
  queryKey: queryKeys.favourites.ids,
  queryFn: ({ signal }): Promise<string[]> => unwrap(api.GET("/api/favourites/ids", { signal })),
  staleTime: 5 * 60_000,
});

export const favouritesQuery = infiniteQueryOptions({
  queryKey: queryKeys.favourites.list,
  queryFn: ({ pageParam, signal }) =>
    unwrapPage(
      api.GET("/api/favourites", {
        params: { query: { limit: PAGE, cursor: pageParam ?? undefined } },
        signal,
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: ({ next }) => next,
});

export async function changeFavourite(id: string, isFavourite: boolean): Promise<void> {
  const call = { params: { path: { session_id: id } } };
  await (isFavourite
    ? unwrap(api.PUT("/api/favourites/{session_id}", call))
    : unwrap(api.DELETE("/api/favourites/{session_id}", call)));
}

/** Shows a session as a favourite, or no longer, before the server has answered. */
export function showFavourite(client: QueryClient, id: string, isFavourite: boolean): void {
  client.setQueryData(favouriteIdsQuery.queryKey, (ids) => {
    const others = ids?.filter((each) => each !== id);
    return isFavourite && others ? [id, ...others] : others;
  });
}
