import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { type CatalogSearch, changed } from "../search";

export type Change = (change: CatalogSearch, how?: { replace?: boolean }) => void;

/** Changes what the catalog is asked for. The address holds it all, so this is a step in the browser's history. */
export function useChange(search: CatalogSearch): Change {
  const navigate = useNavigate();
  return useCallback(
    (change, { replace = false } = {}) => {
      void navigate({ to: "/", search: changed(search, change), replace, resetScroll: false });
    },
    [navigate, search],
  );
}
