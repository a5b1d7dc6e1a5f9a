import { useTexts } from "../texts";
import { SearchField } from "./SearchField";

/** What this place is, and the way in. */
export function CatalogHero({
  search,
  onSearch,
}: {
  search: string | undefined;
  onSearch: (search: string | undefined) => void;
}) {
  const t = useTexts();
  return (
    <section className="mx-auto max-w-6xl px-4 pt-10 pb-6 sm:px-6 sm:pt-16 sm:pb-10">
      <h1 className="max-w-3xl text-3xl sm:text-4xl">{t("catalog.title")}</h1>
      <p className="mt-3 max-w-xl text-base text-ink-soft sm:mt-4 sm:text-lg">{t("catalog.intro")}</p>
      <div className="mt-6 max-w-2xl sm:mt-8">
        <SearchField value={search} onSearch={onSearch} />
      </div>
    </section>
  );
}
