import { useState } from "react";

/** The last focused or pressed element outside menus, which are gone when their dialog closes. */
let last: Element | null = null;

function remember({ target }: Event): void {
  if (!(target instanceof Element) || target.closest('[role="menu"]')) return;
  last = target.closest("a, button, input, select, textarea, summary, [tabindex]") ?? last;
}

document.addEventListener("focusin", remember);
// Safari does not focus a pressed button
document.addEventListener("pointerdown", remember);

function opener(): Element | null {
  const active = document.activeElement;
  return active === document.body || active?.closest('[role="menu"]') ? last : active;
}

/**
 * Returns focus to what opened a dialog; Radix does so only for its own trigger. If the opener is gone, moves focus to
 * the start of the content. For `onCloseAutoFocus`.
 */
export function useRestoreFocus(): (event: Event) => void {
  const [previous] = useState(opener);
  return (event) => {
    event.preventDefault();
    const target = previous?.isConnected ? previous : document.getElementById("main");
    if (target instanceof HTMLElement) target.focus({ preventScroll: true });
  };
}
