import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { useIsLeaving } from "~/lib/hooks/useIsLeaving";
import type { CatalogSearch } from "../search";
import { applyChange } from "../searchFilters";

export type ChangeSearch = (change: CatalogSearch, how?: { replace?: boolean }) => void;

/**
 * Changes the search in the URL, as a new history entry. With `replace`, which is for typed searches, it changes the
 * current entry, unless another page is being opened.
 */
export function useChangeSearch(search: CatalogSearch): ChangeSearch {
  const navigate = useNavigate();
  const isLeaving = useIsLeaving();
  return useCallback(
    (change, { replace = false } = {}) => {
      if (replace && isLeaving()) return;
      void navigate({ to: "/", search: applyChange(search, change), replace, resetScroll: false });
    },
    [navigate, isLeaving, search],
  );
}
