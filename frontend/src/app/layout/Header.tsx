import { Link, useLocation } from "@tanstack/react-router";
import { Menu } from "lucide-react";
import { Suspense, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, buttonClass } from "~/components/Button";
import { useMe } from "~/lib/auth/me";
import { useNext } from "~/lib/auth/useNext";
import { lazyWithRetry } from "~/lib/lazyWithRetry";
import { Logo } from "./Logo";
import { navLinks } from "./links";
import { ThemeSwitch } from "./ThemeSwitch";

const fetchDrawer = () => import("./Drawer");
const AccountMenu = lazyWithRetry(() => import("./AccountMenu"));
const Drawer = lazyWithRetry(fetchDrawer);
const NavCount = lazyWithRetry(() => import("./NavCount"));
const SearchBox = lazyWithRetry(() => import("./SearchBox"));

const LINK =
  "inline-flex h-10 items-center rounded-control px-3 text-sm font-medium text-ink-soft transition-colors hover:bg-sunk hover:text-ink data-[status=active]:text-accent-strong";

export function Header() {
  const { t } = useTranslation();
  const me = useMe();
  const next = useNext();
  const isHome = useLocation({ select: ({ pathname }) => pathname === "/" });
  const [isOpen, setOpen] = useState(false);

  useEffect(() => {
    // preload, so that it opens at once, also offline
    const timer = setTimeout(() => void fetchDrawer().catch(() => undefined), 2500);
    return () => clearTimeout(timer);
  }, []);

  return (
    <header className="sticky top-0 z-30 border-b border-line bg-ground/92 backdrop-blur">
      <div className="mx-auto flex h-16 max-w-6xl items-center gap-3 px-4 sm:px-6">
        <Link
          to="/"
          className="mr-1 inline-flex items-center gap-2.5 rounded-control py-1 pr-1 text-lg font-bold tracking-tight"
        >
          <Logo />
          {t("brand")}
        </Link>
        {!isHome && (
          <div className="hidden h-10 max-w-xs flex-1 md:block">
            <Suspense>
              <SearchBox />
            </Suspense>
          </div>
        )}
        <nav aria-label={t("nav.label")} className="ml-auto hidden items-center gap-0.5 lg:flex">
          {navLinks(me).map(({ to, text }) => (
            <Link key={text} to={to} activeOptions={{ exact: true, includeSearch: false }} className={LINK}>
              <span>{t(`nav.${text}`)}</span>
              {me && (
                <Suspense>
                  <NavCount of={text} />
                </Suspense>
              )}
            </Link>
          ))}
        </nav>
        <div className="hidden items-center gap-1 lg:flex">
          <ThemeSwitch />
          {me === null && (
            <>
              <Link to="/login" search={next} className={LINK}>
                {t("nav.sign_in")}
              </Link>
              <Link to="/register" search={next} className={buttonClass({ size: "sm" }, "ml-1")}>
                {t("nav.create_account")}
              </Link>
            </>
          )}
        </div>
        {me && (
          <Suspense fallback={<span className="size-11" />}>
            <AccountMenu me={me} />
          </Suspense>
        )}
        <Button
          variant="quiet"
          size="icon"
          className="-mr-2 ml-auto lg:hidden [span+&]:ml-0"
          aria-label={t("nav.menu")}
          aria-haspopup="dialog"
          aria-expanded={isOpen}
          onClick={() => setOpen(true)}
        >
          <Menu aria-hidden className="size-5" />
        </Button>
      </div>
      {isOpen && (
        <Suspense>
          <Drawer me={me} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </header>
  );
}
