import { Info } from "lucide-react";
import type { FoundPage } from "../queries";
import type { CatalogSearch } from "../search";
import { useTexts } from "../texts";

/** Says that the results are of a corrected search, or match only most of its words. */
export function SearchOutcome({ search, page }: { search: CatalogSearch; page: FoundPage | undefined }) {
  const t = useTexts();
  const { corrected, isRelaxed } = page ?? {};
  if (!search.search || !(corrected || isRelaxed)) return null;
  return (
    <div
      role="status"
      className="mb-6 flex gap-3 rounded-card border border-line bg-sunk px-4 py-3 text-sm text-ink-soft"
    >
      <Info aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div>
        {corrected && (
          <p>
            <strong className="text-ink">{t("outcome.corrected", { corrected })}</strong>{" "}
            <span>{t("outcome.corrected_hint", { search: search.search })}</span>
          </p>
        )}
        {isRelaxed && <p>{t("outcome.relaxed")}</p>}
      </div>
    </div>
  );
}
