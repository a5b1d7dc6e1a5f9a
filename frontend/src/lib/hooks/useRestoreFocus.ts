import { useState } from "react";

/** What was last focused or pressed outside of menus, which are gone when what they opened is closed. */
let last: Element | null = null;

function remember({ target }: Event): void {
  if (!(target instanceof Element) || target.closest('[role="menu"]')) return;
  last = target.closest("a, button, input, select, textarea, summary, [tabindex]") ?? last;
}

document.addEventListener("focusin", remember);
// Safari focuses no button that is pressed
document.addEventListener("pointerdown", remember);

function opener(): Element | null {
  const active = document.activeElement;
  return active === document.body || active?.closest('[role="menu"]') ? last : active;
}

/**
 * Brings the focus back to what opened a dialog: Radix does so only where the opener is its own trigger. Where the
 * opener is gone with what was done, reading goes on at the head of the content. For `onCloseAutoFocus`.
 */
export function useRestoreFocus(): (event: Event) => void {
  const [previous] = useState(opener);
  return (event) => {
    event.preventDefault();
    const target = previous?.isConnected ? previous : document.getElementById("main");
    if (target instanceof HTMLElement) target.focus({ preventScroll: true });
  };
}
