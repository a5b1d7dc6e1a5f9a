import { useState } from "react";
import type { Column, ListName } from "./listing";

const keyOf = (list: ListName) => `marketplace.admin.columns.${list}`;

function kept(list: ListName): string[] | null {
  try {
    const names: unknown = JSON.parse(localStorage.getItem(keyOf(list)) ?? "null");
    return Array.isArray(names) ? names.map(String) : null;
  } catch {
    return null;
  }
}

/** Which columns are shown, kept by this browser. The first always is. */
export function useColumns<Row>(list: ListName, columns: Column<Row>[]) {
  const usual = columns.filter(({ isSpare }) => !isSpare).map(({ name }) => name);
  const [names, setNames] = useState(() => kept(list) ?? usual);
  const choose = (chosen: string[]) => {
    setNames(chosen);
    try {
      localStorage.setItem(keyOf(list), JSON.stringify(chosen));
    } catch {
      // where storage is forbidden, the choice lasts until the page is left
    }
  };
  return {
    shown: columns.filter(({ name }, place) => place === 0 || names.includes(name)),
    toggle: (name: string) =>
      choose(names.includes(name) ? names.filter((each) => each !== name) : [...names, name]),
    reset: () => choose(usual),
  };
}
