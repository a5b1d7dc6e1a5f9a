import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { TEXTS } from "~/features/texts/queries";
import { useTexts } from "~/features/texts/texts";
import { marketplaceQuery } from "~/lib/api/marketplace";

const LINK = "inline-flex min-h-8 items-center underline-offset-4 hover:text-ink hover:underline";

/** The operator's texts. Loaded after the page: it is below the fold. */
export default function Footer() {
  const t = useTexts();
  const { data: marketplace } = useQuery(marketplaceQuery);
  return (
    <div className="mx-auto flex max-w-6xl flex-wrap items-center justify-between gap-x-8 gap-y-3 px-4 py-8 text-sm text-ink-faint sm:px-6">
      <p>{t("line")}</p>
      <nav aria-label={t("label")}>
        <ul className="flex flex-wrap gap-x-5 gap-y-1">
          {TEXTS.map((name) => (
            <li key={name}>
              <Link to="/texts/$name" params={{ name }} className={LINK}>
                {t(name)}
              </Link>
            </li>
          ))}
          {marketplace?.has_inbox && (
            <li>
              <Link to="/inbox" className={LINK}>
                {t("inbox")}
              </Link>
            </li>
          )}
          <li>
            <a href="/api/docs/" className={LINK}>
              {t("api")}
            </a>
          </li>
        </ul>
      </nav>
    </div>
  );
}
