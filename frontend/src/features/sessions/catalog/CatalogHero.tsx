import { cn } from "~/lib/cn";
import { Cover } from "../Cover";
import { useOpenSuggestion } from "../suggest/useOpenSuggestion";
import { useTexts } from "../texts";
import { SearchField } from "./SearchField";

/** Introduces the marketplace, with links to start. */
export function CatalogHero({
  search,
  onSearch,
}: {
  search: string | undefined;
  onSearch: (search: string | undefined) => void;
}) {
  const t = useTexts();
  const open = useOpenSuggestion();
  return (
    <section className="mx-auto grid max-w-6xl items-center gap-12 px-4 pt-10 pb-6 sm:px-6 sm:pt-16 sm:pb-10 lg:grid-cols-[minmax(0,1fr)_24rem] lg:low:block lg:low:pt-7 lg:low:pb-4">
      <div>
        <h1 className="max-w-3xl text-3xl sm:text-4xl lg:low:max-w-none">{t("catalog.title")}</h1>
        <p className="mt-3 max-w-xl text-base text-ink-soft sm:mt-4 sm:text-lg lg:low:mt-2 lg:low:max-w-none">
          {t("catalog.intro")}
        </p>
        <div className="mt-6 max-w-2xl sm:mt-8 lg:low:mt-5">
          <SearchField value={search} onSearch={onSearch} onOpen={open} />
        </div>
      </div>
      <Pictures />
    </section>
  );
}

const PICTURES = [
  { id: "hero-pan", category: "cooking", place: "top-0 left-2 w-52 -rotate-6" },
  { id: "hero-song", category: "music", place: "top-10 right-0 w-48 rotate-4" },
  { id: "hero-brush", category: "art", place: "bottom-0 left-14 w-56 rotate-2" },
];

/** A stack of covers on wide windows. Decorative. */
function Pictures() {
  return (
    <div aria-hidden className="relative hidden h-72 lg:block lg:low:hidden">
      {PICTURES.map(({ id, category, place }) => (
        <div
          key={id}
          className={cn("absolute overflow-hidden rounded-card border-4 border-raised shadow-soft", place)}
        >
          <Cover session={{ id, category, image_url: null }} />
        </div>
      ))}
    </div>
  );
}
