import { useTranslation } from "react-i18next";

export function Footer() {
  const { t } = useTranslation();
  return (
    <footer className="border-t border-line">
      <div className="mx-auto flex max-w-6xl flex-wrap items-center justify-between gap-3 px-4 py-8 text-sm text-ink-faint sm:px-6">
        <p>{t("footer.line")}</p>
        <a
          href="/api/docs/"
          className="inline-flex h-8 items-center underline-offset-4 hover:text-ink hover:underline"
        >
          {t("nav.api")}
        </a>
      </div>
    </footer>
  );
}
