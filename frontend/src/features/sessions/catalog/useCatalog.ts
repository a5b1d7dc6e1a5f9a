import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { applyChange, type CatalogSearch } from "../search";

export type ChangeSearch = (change: CatalogSearch, how?: { replace?: boolean }) => void;

/** Changes the search in the URL, as a new history entry. */
export function useChangeSearch(search: CatalogSearch): ChangeSearch {
  const navigate = useNavigate();
  return useCallback(
    (change, { replace = false } = {}) => {
      void navigate({ to: "/", search: applyChange(search, change), replace, resetScroll: false });
    },
    [navigate, search],
  );
}
