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
  const [kept, setKept] = useState({ filters, ids: NONE, isAll: false });
  const now = kept.filters === filters ? kept : { filters, ids: NONE, isAll: false };
  const keep = (ids: Iterable<string>, isAll = false) => setKept({ filters, ids: new Set(ids), isAll });
  return {
    ids: now.ids,
    isAll: now.isAll,
    toggle: (id) => keep(now.ids.has(id) ? [...now.ids].filter((each) => each !== id) : [...now.ids, id]),
    set: (ids, isChosen) =>
      keep(isChosen ? [...now.ids, ...ids] : [...now.ids].filter((id) => !ids.includes(id))),
    chooseAll: () => keep(now.ids, true),
    clear: () => keep([]),
  };
}
