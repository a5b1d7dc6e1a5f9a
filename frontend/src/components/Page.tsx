import { type ReactElement, type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "~/lib/cn";

/** Sets the document title. */
export function useTitle(page: string | undefined): void {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = page ? t("title", { page }) : t("home_title");
  }, [page, t]);
}

/** Page layout: title, actions, and content at the common width. */
export function Page({
  title,
  intro,
  actions,
  before,
  width = "wide",
  children,
}: {
  title: string;
  intro?: ReactNode;
  actions?: ReactNode;
  /** Shown above the title, for example a back link. */
  before?: ReactElement | undefined;
  width?: "wide" | "middle" | "narrow";
  children: ReactNode;
}) {
  useTitle(title);
  return (
    <div
      className={cn("mx-auto w-full px-4 py-8 sm:px-6 sm:py-10", {
        "max-w-6xl": width === "wide",
        "max-w-3xl": width === "middle",
        "max-w-md": width === "narrow",
      })}
    >
      {before}
      <header className="mb-8 flex flex-wrap items-end justify-between gap-4">
        <div>
          <h1 dir="auto" className="text-2xl sm:text-3xl">
            {title}
          </h1>
          {intro && <div className="mt-2 max-w-prose text-ink-soft">{intro}</div>}
        </div>
        {actions && <div className="flex flex-wrap gap-3">{actions}</div>}
      </header>
      <div className="contents">{children}</div>
    </div>
  );
}
