import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, Outlet, useLocation } from "@tanstack/react-router";
import { Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "~/lib/auth/me";
import { lazyWithRetry } from "~/lib/lazyWithRetry";
import { useOffsets } from "~/lib/time/offsets";
import { browserZone } from "~/lib/time/zone";
import { ExpiredSignIn } from "../layout/ExpiredSignIn";
import { Header } from "../layout/Header";
import { PagePending } from "../layout/PagePending";
import { StepUp } from "../layout/StepUp";

const Bars = lazyWithRetry(() => import("../layout/Bars"));
const OfflineBar = lazyWithRetry(() => import("../layout/OfflineBar"));
const Footer = lazyWithRetry(() => import("../layout/Footer"));
const Toasts = lazyWithRetry(() => import("../layout/Toasts"));

type Context = {
  queryClient: QueryClient;
  /** See `router.tsx`. */
  addOtherRoutes: () => Promise<boolean>;
};

export const Route = createRootRouteWithContext<Context>()({ component: Root });

function Root() {
  const { t } = useTranslation();
  const main = useFocusOnNewPage();
  const me = useMe();
  const [firstMe, setFirstMe] = useState(me);
  if (firstMe === undefined && me !== undefined) setFirstMe(me);
  const areTimesKnown = useOffsets(browserZone());
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-control focus:bg-accent focus:px-4 focus:py-2 focus:font-semibold focus:text-on-accent"
      >
        {t("skip")}
      </a>
      <Later>
        <OfflineBar />
      </Later>
      {me && (
        <Suspense>
          <Bars me={me} />
        </Suspense>
      )}
      <Header />
      <main id="main" ref={main} tabIndex={-1} className="min-h-[calc(100dvh-4rem)] flex-1 outline-none">
        {areTimesKnown ? <Outlet /> : <PagePending />}
      </main>
      <footer className="min-h-25 border-t border-line">
        <Suspense>
          <Footer />
        </Suspense>
      </footer>
      <ExpiredSignIn />
      <StepUp />
      <Later>
        <Toasts firstMe={firstMe} />
      </Later>
    </div>
  );
}

/** Moves focus to the top of a new page, as a full page load does. */
function useFocusOnNewPage() {
  const main = useRef<HTMLElement>(null);
  const path = useLocation({ select: ({ pathname }) => pathname });
  const before = useRef(path);
  useEffect(() => {
    if (before.current !== path) main.current?.focus({ preventScroll: true });
    before.current = path;
  }, [path]);
  return main;
}

/** Renders its children after the first paint. */
function Later({ children }: { children: React.ReactNode }) {
  const [isTime, setTime] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setTime(true), 1500);
    return () => clearTimeout(timer);
  }, []);
  return isTime ? <Suspense>{children}</Suspense> : null;
}
