import { useState } from "react";
import type { Column, ListName } from "./listing";

const storageKey = (list: ListName) => `marketplace.admin.columns.${list}`;

function readStored(list: ListName): string[] | null {
  try {
    const names: unknown = JSON.parse(localStorage.getItem(storageKey(list)) ?? "null");
    return Array.isArray(names) ? names.map(String) : null;
  } catch {
    return null;
  }
}

/** The visible columns, stored in this browser. The first one is always visible. */
export function useColumns<Row>(list: ListName, columns: Column<Row>[]) {
  const defaults = columns.filter(({ isHiddenByDefault }) => !isHiddenByDefault).map(({ name }) => name);
  const [names, setNames] = useState(() => readStored(list) ?? defaults);
  const choose = (selected: string[]) => {
    setNames(selected);
    try {
      localStorage.setItem(storageKey(list), JSON.stringify(selected));
    } catch {
      // storage is blocked: the choice lasts until the page is closed
    }
  };
  return {
    shown: columns.filter(({ name }, index) => index === 0 || names.includes(name)),
    toggle: (name: string) =>
      choose(names.includes(name) ? names.filter((each) => each !== name) : [...names, name]),
    reset: () => choose(defaults),
  };
}
