import { useState } from "react";

export type Selection = {
  ids: ReadonlySet<string>;
  /** Every row that matches, on the other pages too. */
  isAll: boolean;
  toggle: (id: string) => void;
  /** Chooses or leaves all of a page. */
  set: (ids: string[], isChosen: boolean) => void;
  chooseAll: () => void;
  clear: () => void;
};

const NONE: ReadonlySet<string> = new Set();

/** The chosen rows of a list, across its pages. They belong to its filters: with others, nothing is chosen. */
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
