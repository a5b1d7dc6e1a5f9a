import { useEffect, useRef } from "react";
import { Toaster } from "sonner";
import { login } from "~/lib/auth/login";
import { type Me, useMe } from "~/lib/auth/me";

/** Toasts appear below the header, on phones over it: below it is the heading, and at the bottom are the next buttons. */
export default function Toasts({ firstMe }: { firstMe: Me | null | undefined }) {
  useZoneNotice(firstMe);
  return (
    <div ref={letFocusGo}>
      <Toaster
        position="top-center"
        offset={{ top: 76 }}
        mobileOffset={{ top: 6, left: 16, right: 16 }}
        style={{ fontFamily: "inherit" }}
        toastOptions={{
          unstyled: true,
          classNames: {
            toast:
              "flex w-full items-center gap-3 rounded-card border border-line bg-raised px-4 py-3 text-sm font-medium text-ink shadow-soft",
            error: "[&_[data-icon]]:text-danger",
            success: "[&_[data-icon]]:text-good",
            cancelButton: "ml-auto min-h-9 shrink-0 rounded-control px-2 font-semibold hover:bg-sunk",
            actionButton:
              "-my-1 -mr-2 ml-auto min-h-9 shrink-0 rounded-control px-2 font-semibold whitespace-nowrap text-accent hover:bg-sunk",
          },
        }}
      />
    </div>
  );
}

/**
 * Says once that times are shown in another zone, when someone signs in or out, also if they did so after the page was
 * opened and before the toasts were loaded.
 */
function useZoneNotice(firstMe: Me | null | undefined) {
  const me = useMe();
  const before = useRef(firstMe);
  useEffect(() => {
    const last = before.current;
    before.current = me;
    const isSignIn = last === null && me && !login.impersonationToken();
    const isSignOut = last && me === null;
    if (!isSignIn && !isSignOut) return;
    void import("~/features/users/zoneNotice").then(({ sayZone }) => sayZone(me ?? null, last ?? null));
  }, [me]);
}

/**
 * Returns focus from a toast that closes to where it was before. Sonner does so whenever focus leaves a toast, which traps
 * Tab between the toast and the last link of the page, so it does not learn that a toast has the focus.
 */
function letFocusGo(toasts: HTMLElement | null) {
  if (!toasts) return;
  let focused: Node | null = null;
  let before: Node | null = null;
  const remember = (event: FocusEvent) => {
    event.stopPropagation();
    focused = event.target as Node;
    if (!toasts.contains(event.relatedTarget as Node | null)) before = event.relatedTarget as Node | null;
  };
  const giveBack = () => {
    if (!focused || focused.isConnected) return;
    focused = null;
    if (document.activeElement !== document.body) return;
    const target = before?.isConnected ? before : document.getElementById("main");
    if (target instanceof HTMLElement) target.focus({ preventScroll: true });
  };
  const closing = new MutationObserver(giveBack);
  closing.observe(toasts, { childList: true, subtree: true });
  toasts.addEventListener("focusin", remember);
  return () => closing.disconnect();
}
