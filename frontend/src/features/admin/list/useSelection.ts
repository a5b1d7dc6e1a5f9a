import { useState } from "react";

export type Selection = {
  ids: ReadonlySet<string>;
  /** Every matching row, also on other pages. */
  isAll: boolean;
  toggle: (id: string) => void;
  /** Selects or deselects a whole page. */
  set: (ids: string[], isChosen: boolean) => void;
  chooseAll: () => void;
  clear: () => void;
};

const NONE: ReadonlySet<string> = new Set();

/** The selected rows of a list across pages. Cleared when the filters change. */
export function useSelection(filters: string): Selection {
  const [stored, setStored] = useState({ filters, ids: NONE, isAll: false });
  const now = stored.filters === filters ? stored : { filters, ids: NONE, isAll: false };
  const store = (ids: Iterable<string>, isAll = false) => setStored({ filters, ids: new Set(ids), isAll });
  return {
    ids: now.ids,
    isAll: now.isAll,
    toggle: (id) => store(now.ids.has(id) ? [...now.ids].filter((each) => each !== id) : [...now.ids, id]),
    set: (ids, isChosen) =>
      store(isChosen ? [...now.ids, ...ids] : [...now.ids].filter((id) => !ids.includes(id))),
    chooseAll: () => store(now.ids, true),
    clear: () => store([]),
  };
}
