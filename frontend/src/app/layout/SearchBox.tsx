import { useNavigate } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { useTranslation } from "react-i18next";
import { listSessionsLimits } from "~/lib/api/limits";

/** Searches the catalog from the header. */
export function SearchBox({ className, onSearch }: { className?: string; onSearch?: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <search className={className}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const search = String(new FormData(event.currentTarget).get("search") ?? "").trim();
          onSearch?.();
          void navigate({ to: "/", search: search ? { search } : {} });
        }}
      >
        <label className="relative block">
          <span className="sr-only">{t("search.label")}</span>
          <Search aria-hidden className="absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-faint" />
          <input
            type="search"
            name="search"
            maxLength={listSessionsLimits.search.maxLength}
            placeholder={t("search.placeholder")}
            className="h-10 w-full rounded-full border border-line bg-sunk pr-4 pl-9 text-sm placeholder:text-ink-faint hover:border-line-strong/60"
          />
        </label>
      </form>
    </search>
  );
}
