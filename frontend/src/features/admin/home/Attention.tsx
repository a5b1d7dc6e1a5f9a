import { useSuspenseQuery } from "@tanstack/react-query";
import { Link, type LinkProps } from "@tanstack/react-router";
import {
  ChevronRight,
  CircleCheck,
  CreditCard,
  Flag,
  Hourglass,
  type LucideIcon,
  MailWarning,
  MailX,
  TriangleAlert,
} from "lucide-react";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { cn } from "~/lib/cn";
import { useTexts } from "../texts";
import { countShown } from "./counts";
import type { Dashboard } from "./queries";

type Item = {
  name: keyof Dashboard["attention"];
  icon: LucideIcon;
  to: Pick<LinkProps, "to" | "search" | "hash">;
};

const ITEMS: Item[] = [
  { name: "open_reports", icon: Flag, to: { to: "/admin/reports" } },
  {
    name: "lapsing_requests",
    icon: Hourglass,
    to: { to: "/admin/bookings", search: { status: "pending", ordering: "booking_date" } },
  },
  { name: "failed_jobs", icon: TriangleAlert, to: { to: "/admin", hash: "jobs" } },
  { name: "held_messages", icon: MailWarning, to: { to: "/admin/mails", search: { unsent: "held" } } },
  { name: "failed_messages", icon: MailX, to: { to: "/admin/mails", search: { unsent: "failed" } } },
  { name: "parked_payments", icon: CreditCard, to: { to: "/admin/payments" } },
];
/** What needs attention, each with a link. */
export function Attention({ attention }: { attention: Dashboard["attention"] }) {
  const t = useTexts();
  const { pays_online: hasPayments } = useSuspenseQuery(marketplaceQuery).data;
  return (
    <section aria-labelledby="attention">
      <h2 id="attention" className="sr-only">
        {t("home.attention")}
      </h2>
      <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
        {ITEMS.filter(({ name }) => name !== "parked_payments" || hasPayments).map(({ name, icon, to }) => {
          const count = attention[name];
          const Icon = count > 0 ? icon : CircleCheck;
          const content = (
            <>
              <Icon aria-hidden className={cn("size-5 shrink-0", count > 0 ? "text-warn" : "text-good")} />
              <span className="min-w-0 flex-1 text-sm font-medium">
                {count > 0
                  ? t(`home.${name}`, { count, shown: countShown(name, count) })
                  : t(`home.no_${name}`)}
              </span>
              {count > 0 && <ChevronRight aria-hidden className="size-4 text-ink-faint" />}
            </>
          );
          const style = "flex min-h-14 items-center gap-3 rounded-card border px-4 py-3";
          return (
            <li key={name}>
              {count > 0 ? (
                <Link
                  {...to}
                  className={cn(style, "border-line-strong/60 bg-surface shadow-soft hover:bg-sunk")}
                >
                  {content}
                </Link>
              ) : (
                <p className={cn(style, "border-line text-ink-soft")}>{content}</p>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
