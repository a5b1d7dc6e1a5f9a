import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { LogOut, X } from "lucide-react";
import { Dialog } from "radix-ui";
import { useTranslation } from "react-i18next";
import { Avatar } from "~/components/Avatar";
import { Button, buttonClass } from "~/components/Button";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { displayName, type Me } from "~/lib/auth/me";
import { useNext } from "~/lib/auth/useNext";
import { useSignOut } from "~/lib/auth/useSignOut";
import { useRestoreFocus } from "~/lib/hooks/useRestoreFocus";
import { navLinks } from "./links";
import NavCount from "./NavCount";
import SearchBox from "./SearchBox";
import { ThemeSwitch } from "./ThemeSwitch";

const ROW =
  "flex h-12 items-center rounded-control px-3 font-medium hover:bg-sunk data-[status=active]:bg-accent-soft data-[status=active]:text-accent-strong";

/** Navigation menu for phones. */
export default function Drawer({ me, onClose }: { me: Me | null | undefined; onClose: () => void }) {
  const { t } = useTranslation();
  const next = useNext();
  const signOut = useSignOut();
  const isCreator = me?.role === "creator";
  const { data: marketplace } = useQuery({ ...marketplaceQuery, enabled: isCreator });
  const restoreFocus = useRestoreFocus();
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 animate-fade-in bg-veil" />
        <Dialog.Content
          aria-describedby={undefined}
          onCloseAutoFocus={restoreFocus}
          className="fixed inset-y-0 right-0 z-50 flex w-[min(20rem,88vw)] animate-slide-left flex-col bg-raised p-4 shadow-soft outline-none"
        >
          <div className="mb-3 flex items-center justify-between">
            <Dialog.Title className="px-3 text-sm font-semibold text-ink-soft">{t("nav.menu")}</Dialog.Title>
            <div className="flex">
              <ThemeSwitch />
              <Dialog.Close asChild>
                <Button variant="quiet" size="icon-sm" aria-label={t("actions.close")}>
                  <X aria-hidden className="size-5" />
                </Button>
              </Dialog.Close>
            </div>
          </div>
          {me && (
            <div className="mb-4 flex items-center gap-3 px-3">
              <Avatar person={me} size="lg" />
              <div className="min-w-0">
                <p dir="auto" className="truncate font-semibold">
                  {displayName(me)}
                </p>
                <p className="truncate text-xs text-ink-faint">{me.email}</p>
              </div>
            </div>
          )}
          <SearchBox className="mb-3 md:hidden" onSearch={onClose} />
          <nav aria-label={t("nav.label")} className="flex flex-col gap-1">
            {navLinks(me).map(({ to, text }) => (
              <Link
                key={text}
                to={to}
                activeOptions={{ exact: true, includeSearch: false }}
                onClick={onClose}
                className={ROW}
              >
                <span>{t(`nav.${text}`)}</span>
                {me && <NavCount of={text} />}
              </Link>
            ))}
            {isCreator && marketplace?.pays_online && (
              <Link to="/creator/earnings" onClick={onClose} className={ROW}>
                {t("nav.earnings")}
              </Link>
            )}
            {me?.role === "creator" && (
              <Link to="/favourites" onClick={onClose} className={ROW}>
                {t("nav.favourites")}
              </Link>
            )}
            {me && (
              <Link to="/profile" onClick={onClose} className={ROW}>
                {t("nav.profile")}
              </Link>
            )}
          </nav>
          <div className="mt-auto flex flex-col gap-3 border-t border-line pt-4">
            {me ? (
              <Button
                variant="secondary"
                onClick={() => {
                  onClose();
                  void signOut();
                }}
              >
                <LogOut aria-hidden className="size-4" />
                {t("nav.sign_out")}
              </Button>
            ) : (
              <>
                <Link
                  to="/login"
                  search={next}
                  onClick={onClose}
                  className={buttonClass({ variant: "secondary" })}
                >
                  {t("nav.sign_in")}
                </Link>
                <Link to="/register" search={next} onClick={onClose} className={buttonClass()}>
                  {t("nav.create_account")}
                </Link>
              </>
            )}
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
