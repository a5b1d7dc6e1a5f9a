import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Coins, Heart, LogOut, UserRound } from "lucide-react";
import { DropdownMenu as Menu } from "radix-ui";
import { useTranslation } from "react-i18next";
import { Avatar } from "~/components/Avatar";
import { Bell } from "~/features/notifications/Bell";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { displayName, type Me } from "~/lib/auth/me";
import { useSignOut } from "~/lib/auth/useSignOut";

const ITEM =
  "flex h-10 items-center gap-2.5 rounded-control px-3 text-sm font-medium outline-none data-highlighted:bg-sunk";

/** The bell, and on wide screens the menu of the account. The drawer has its entries elsewhere. */
export default function AccountMenu({ me }: { me: Me }) {
  return (
    <span className="flex items-center gap-1 max-lg:ml-auto">
      <Bell />
      <span className="hidden lg:flex">
        <MenuOfAccount me={me} />
      </span>
    </span>
  );
}

function MenuOfAccount({ me }: { me: Me }) {
  const { t } = useTranslation();
  const signOut = useSignOut();
  const isCreator = me.role === "creator";
  const { data: marketplace } = useQuery({ ...marketplaceQuery, enabled: isCreator });
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger
        aria-label={t("nav.account", { name: displayName(me) })}
        className="inline-flex size-11 items-center justify-center rounded-full transition-colors hover:bg-sunk"
      >
        <Avatar person={me} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content
          align="end"
          sideOffset={6}
          className="z-50 w-60 animate-fade-in rounded-card border border-line bg-raised p-1.5 shadow-soft"
        >
          <div className="border-b border-line px-3 pt-1.5 pb-2.5">
            <p dir="auto" className="truncate text-sm font-semibold">
              {displayName(me)}
            </p>
            <p className="truncate text-xs text-ink-faint">{me.email}</p>
          </div>
          <Menu.Item asChild className={`${ITEM} mt-1.5`}>
            <Link to="/profile">
              <UserRound aria-hidden className="size-4" />
              {t("nav.profile")}
            </Link>
          </Menu.Item>
          {isCreator && marketplace?.pays_online && (
            <Menu.Item asChild className={ITEM}>
              <Link to="/creator/earnings">
                <Coins aria-hidden className="size-4" />
                {t("nav.earnings")}
              </Link>
            </Menu.Item>
          )}
          <Menu.Item asChild className={ITEM}>
            <Link to="/favourites">
              <Heart aria-hidden className="size-4" />
              {t("nav.favourites")}
            </Link>
          </Menu.Item>
          <Menu.Item className={ITEM} onSelect={() => void signOut()}>
            <LogOut aria-hidden className="size-4" />
            {t("nav.sign_out")}
          </Menu.Item>
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}
