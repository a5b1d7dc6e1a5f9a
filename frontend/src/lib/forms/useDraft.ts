import { useEffect, useRef } from "react";

/**
 * Keeps unsaved input of a form over a reload, in this tab. `restore` gets it once, when the form is shown again; it is
 * dropped when the form is saved or left.
 */
export function useDraft<Draft>(key: string, draft: Draft, isDirty: boolean, restore: (kept: Draft) => void) {
  const isRestored = useRef(false);
  useEffect(() => {
    if (isRestored.current) return;
    isRestored.current = true;
    const kept = read<Draft>(key);
    if (kept) restore(kept);
  });
  const text = isDirty ? JSON.stringify(draft) : null;
  useEffect(() => void write(key, text), [key, text]);
  useEffect(() => () => void write(key, null), [key]);
}

function read<Draft>(key: string): Draft | null {
  try {
    return JSON.parse(sessionStorage.getItem(`draft:${key}`) ?? "null") as Draft | null;
  } catch {
    return null; // storage is off, or another version wrote it
  }
}

function write(key: string, text: string | null): void {
  try {
    if (text === null) sessionStorage.removeItem(`draft:${key}`);
    else sessionStorage.setItem(`draft:${key}`, text);
  } catch {
    // storage is off or full: the form works without
  }
}
