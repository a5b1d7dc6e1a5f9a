import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { SearchX, WifiOff } from "lucide-react";
import { Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Button, buttonClass } from "~/components/Button";
import { EmptyState } from "~/components/EmptyState";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { useZone } from "~/lib/time/time";
import { useCategoryName } from "../category";
import { catalogQuery } from "../queries";
import type { CatalogSearch } from "../search";
import { activeFilters } from "../searchFilters";
import { useTexts } from "../texts";
import { withoutFilters } from "./filters";
import { Grid } from "./Grid";
import type { ChangeSearch } from "./useCatalog";

const MAX_OTHERS = 4;

/** Shown for an empty result: suggests filters to remove, and some sessions. */
export function NoResults({ search, onChange }: { search: CatalogSearch; onChange: ChangeSearch }) {
  const t = useTexts();
  const client = useQueryClient();
  const zone = useZone();
  const active = activeFilters(search);
  const isNarrowed = active.length > 0 || search.search !== undefined;
  const nearby: CatalogSearch = search.category ? { category: search.category } : {};
  const others = useInfiniteQuery({
    ...catalogQuery(client, nearby, zone),
    enabled: isNarrowed,
    placeholderData: undefined,
  });
  const sessions = others.data?.pages[0]?.items.slice(0, MAX_OTHERS) ?? [];
  return (
    <>
      <EmptyState
        icon={SearchX}
        title={t(isNarrowed ? "empty.title" : "empty.nothing_title")}
        action={
          isNarrowed && (
            <>
              {active.length > 0 && (
                <Button onClick={() => onChange(withoutFilters(active))}>{t("empty.clear_filters")}</Button>
              )}
              {search.search !== undefined && (
                <Button
                  variant={active.length > 0 ? "secondary" : "primary"}
                  onClick={() => onChange({ search: undefined })}
                >
                  {t("empty.clear_search")}
                </Button>
              )}
            </>
          )
        }
      >
        {isNarrowed
          ? search.search !== undefined
            ? t("empty.text_search", { search: search.search })
            : t("empty.text")
          : t("empty.nothing_text")}
      </EmptyState>
      {search.search !== undefined && <Categories />}
      {sessions.length > 0 && (
        <section className="border-t border-line pt-8">
          <h2 className="mb-6 text-xl">{t(search.category ? "empty.others_near" : "empty.others")}</h2>
          <Suspense>
            <Grid sessions={sessions} />
          </Suspense>
        </section>
      )}
    </>
  );
}

/** Ways on from a search that found nothing. */
function Categories() {
  const t = useTexts();
  const name = useCategoryName();
  const { data } = useQuery(marketplaceQuery);
  if (!data || data.categories.length === 0) return null;
  return (
    <nav aria-labelledby="categories" className="mx-auto mb-12 max-w-2xl text-center">
      <h2 id="categories" className="mb-3 text-sm text-ink-soft">
        {t("empty.categories")}
      </h2>
      <ul className="flex flex-wrap justify-center gap-2">
        {data.categories.map((category) => (
          <li key={category}>
            <Link to="/" search={{ category }} className={buttonClass({ variant: "secondary", size: "sm" })}>
              {name(category)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Shown when the pages so far are empty, since a search for free times is bounded, and more pages follow. */
export function NothingYet() {
  const t = useTexts();
  return (
    <EmptyState icon={SearchX} title={t("empty.so_far_title")}>
      {t("empty.so_far_text")}
    </EmptyState>
  );
}

/** Shown when nothing is loaded and the browser is offline. */
export function Offline() {
  const { t } = useTranslation();
  const texts = useTexts();
  return (
    <EmptyState icon={WifiOff} title={t("states.offline_title")}>
      {texts("empty.offline")}
    </EmptyState>
  );
}
