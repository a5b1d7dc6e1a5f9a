import { ArrowRight } from "lucide-react";
import type { Schema } from "~/lib/api/client";
import { useTexts } from "./texts";

type Account = Schema<"DemoAccountOut">;

/** Lists the accounts of a demo server; a click fills in the form. */
export function DemoAccounts({
  accounts,
  onUse,
}: {
  accounts: Account[];
  onUse: (account: Account) => void;
}) {
  const t = useTexts();
  return (
    <section className="mt-6 rounded-card bg-sunk p-5">
      <h2 className="text-sm font-semibold">{t("login.demo_title")}</h2>
      <ul className="mt-3 flex flex-col gap-1">
        {accounts.map((account) => (
          <li key={account.email}>
            <button
              type="button"
              onClick={() => onUse({ ...account })}
              className="group flex w-full items-center gap-3 rounded-control px-3 py-2 text-left text-sm transition-colors hover:bg-surface"
            >
              <span className="min-w-0 flex-1">
                <span className="font-medium">
                  <span className="sr-only">{t("login.demo_use")} </span>
                  <span>{account.name}</span>
                  <span className="font-normal text-ink-soft">
                    {" "}
                    · <span>{t(`login.demo_${account.role}`)}</span>
                  </span>
                </span>
                <span className="block truncate text-xs text-ink-faint">
                  <span>{account.email}</span> · <span>{account.password}</span>
                </span>
              </span>
              <ArrowRight aria-hidden className="size-4 text-ink-faint group-hover:text-ink" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
