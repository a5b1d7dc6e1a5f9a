import { useState } from "react";

/** What had the focus; of an entry in a menu, which is gone by then, what opens the menu. */
function focused(): Element | null {
  const element = document.activeElement;
  const opener = element?.closest('[role="menu"]')?.getAttribute("aria-labelledby");
  return opener ? document.getElementById(opener) : element;
}

/**
 * Brings the focus back to what opened a dialog: Radix does so only where the opener is its own trigger. Where the
 * opener is gone with what was done, reading goes on at the head of the content. For `onCloseAutoFocus`.
 */
export function useFocusBack(): (event: Event) => void {
  const [opener] = useState(focused);
  return (event) => {
    event.preventDefault();
    const isThere = opener?.isConnected && opener !== document.body;
    const target = isThere ? opener : document.getElementById("main");
    if (target instanceof HTMLElement) target.focus({ preventScroll: true });
  };
}
