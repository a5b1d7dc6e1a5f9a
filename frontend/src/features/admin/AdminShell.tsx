import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import {
  CalendarCheck,
  CreditCard,
  Flag,
  Gauge,
  ListChecks,
  type LucideIcon,
  Presentation,
  ScrollText,
  Star,
  Users,
} from "lucide-react";
import { useEffect, useRef } from "react";
import { NotFound } from "~/components/NotFound";
import { secondFactorQuery } from "~/features/users/two-step/queries";
import StaffHint from "~/features/users/two-step/StaffHint";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { useMe } from "~/lib/auth/me";
import { useTexts } from "./texts";

const NAV_LINKS = [
  { to: "/admin", text: "dashboard", icon: Gauge },
  { to: "/admin/users", text: "users", icon: Users },
  { to: "/admin/sessions", text: "sessions", icon: Presentation },
  { to: "/admin/bookings", text: "bookings", icon: CalendarCheck },
  { to: "/admin/payments", text: "payments", icon: CreditCard },
  { to: "/admin/reports", text: "reports", icon: Flag },
  { to: "/admin/reviews", text: "reviews", icon: Star },
  { to: "/admin/bulk", text: "bulk", icon: ListChecks },
  { to: "/admin/audit", text: "audit", icon: ScrollText },
] as const satisfies { to: string; text: string; icon: LucideIcon }[];

/** Layout of the back office. Other users get "Page not found". */
export function AdminShell() {
  const me = useMe();
  // every page here formats money
  const { pays_online } = useSuspenseQuery(marketplaceQuery).data;
  const factor = useQuery({ ...secondFactorQuery, enabled: me?.is_staff ?? false });
  if (!me) return null;
  if (!me.is_staff) return <NotFound />;
  if (factor.data?.is_required && !factor.data.is_on) return <StaffHint />;
  return (
    <div
      data-wide
      className="mx-auto grid w-full max-w-[88rem] gap-x-8 px-4 sm:px-6 lg:grid-cols-[12rem_minmax(0,1fr)]"
    >
      <AdminNav hasPayments={pays_online} />
      <div className="min-w-0 pt-6 pb-14 lg:pt-8">
        <Outlet />
      </div>
    </div>
  );
}

function AdminNav({ hasPayments }: { hasPayments: boolean }) {
  const t = useTexts();
  const bar = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // on phones the bar scrolls: keep the active link visible
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is what changes the active one
  useEffect(() => {
    const active = bar.current?.querySelector<HTMLElement>('[data-status="active"]');
    if (bar.current && active)
      bar.current.scrollLeft = active.offsetLeft - (bar.current.clientWidth - active.offsetWidth) / 2;
  }, [pathname]);
  return (
    <nav
      ref={bar}
      aria-label={t("nav.label")}
      className="no-scrollbar -mx-4 flex max-lg:relative gap-1 overflow-x-auto border-b border-line px-4 py-2 sm:-mx-6 sm:px-6 lg:sticky lg:top-16 lg:mx-0 lg:h-[calc(100dvh-4rem)] lg:flex-col lg:border-r lg:border-b-0 lg:py-8 lg:pr-4 lg:pl-0"
    >
      {NAV_LINKS.filter(({ text }) => text !== "payments" || hasPayments).map(({ to, text, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: to === "/admin", includeSearch: false }}
          className="inline-flex h-10 shrink-0 items-center gap-2.5 rounded-control px-3 text-sm font-medium text-ink-soft transition-colors hover:bg-sunk hover:text-ink focus-visible:-outline-offset-2 data-[status=active]:bg-accent-soft data-[status=active]:text-accent-strong"
        >
          <Icon aria-hidden className="size-4" />
          <span>{t(`nav.${text}`)}</span>
        </Link>
      ))}
    </nav>
  );
}
