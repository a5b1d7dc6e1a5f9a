import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect } from "react";
import { toast } from "sonner";
import { queryKeys } from "~/lib/api/queryKeys";
import { type Me, useMe } from "~/lib/auth/me";
import { useNext } from "~/lib/auth/useNext";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { changeFavourite, favouriteIdsQuery, favouritesQuery, showFavourite } from "./queries";
import { useTexts } from "./texts";
import { forgetWish, rememberWish, takeWish } from "./wish";

type Change = { id: string; isFavourite: boolean };

/** Keeps sessions, or stops keeping them. Optimistic: reverted on error, with the reason. */
export function useChangeFavourite() {
  const client = useQueryClient();
  return useMutation({
    mutationKey: queryKeys.favourites.all,
    // one after the other, so that the last press wins
    scope: { id: "favourites" },
    mutationFn: ({ id, isFavourite }: Change) => changeFavourite(id, isFavourite),
    onMutate: async ({ id, isFavourite }) => {
      await client.cancelQueries({ queryKey: favouriteIdsQuery.queryKey });
      showFavourite(client, id, isFavourite);
    },
    onError: (error, { id, isFavourite }) => {
      showFavourite(client, id, !isFavourite);
      toast.error(errorMessage(error));
    },
    onSettled: () => {
      // the open list keeps its cards, so that a heart pressed by mistake can be pressed again
      void client.invalidateQueries({ queryKey: favouritesQuery.queryKey, refetchType: "none" });
      if (client.isMutating({ mutationKey: queryKeys.favourites.all }) === 1) {
        void client.invalidateQueries({ queryKey: favouriteIdsQuery.queryKey });
      }
    },
  });
}

/** Keeps what a visitor chose once they have signed in. Hearts that are shown to a visitor again forget it. */
export function useWish(me: Me | null | undefined, keep: (id: string) => void): void {
  useEffect(() => {
    if (me === null) forgetWish();
    const wish = me && takeWish();
    if (wish) keep(wish);
  }, [me, keep]);
}

/** Whether a session is a favourite, and what pressing its heart does. Visitors sign in first. */
export function useFavourite(id: string): { isFavourite: boolean; toggle: () => void } {
  const t = useTexts();
  const me = useMe();
  const next = useNext();
  const navigate = useNavigate();
  const { mutate } = useChangeFavourite();
  const { data: isFavourite = false } = useQuery({
    ...favouriteIdsQuery,
    enabled: Boolean(me),
    select: (ids) => ids.includes(id),
  });

  const keep = useCallback(
    (wish: string) => mutate({ id: wish, isFavourite: true }, { onSuccess: () => toast.success(t("saved")) }),
    [mutate, t],
  );
  useWish(me, keep);

  const toggle = () => {
    if (me) return mutate({ id, isFavourite: !isFavourite });
    rememberWish(id);
    void navigate({ to: "/login", search: next });
  };
  return { isFavourite: Boolean(me) && isFavourite, toggle };
}
