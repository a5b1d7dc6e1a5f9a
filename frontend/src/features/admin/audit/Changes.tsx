import { useTexts } from "../texts";

type Facts = Record<string, unknown>;

function formatValue(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (Array.isArray(value)) return value.join(", ") || "–";
  if (typeof value !== "object") return String(value);
  const parts = Object.entries(value).map(([name, each]) => `${name}: ${formatValue(each)}`);
  return parts.join(", ") || "–";
}

export function hasChanges(before: Facts, after: Facts): boolean {
  return Object.keys(before).length + Object.keys(after).length > 0;
}

/** Old and new values. */
export function Changes({ before, after }: { before: Facts; after: Facts }) {
  const t = useTexts();
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  if (names.length === 0) return null;
  return (
    <details className="mt-1">
      <summary className="w-fit rounded-control text-xs font-medium text-accent">
        {t("log.changes", { count: names.length })}
      </summary>
      <dl className="mt-2 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-xs">
        {names.map((name) => (
          <div key={name} className="col-span-2 grid grid-cols-subgrid">
            <dt className="font-mono text-ink-faint">{name}</dt>
            <dd className="min-w-0 whitespace-normal">
              {name in before && (
                <>
                  <del className="text-ink-faint">{formatValue(before[name])}</del> <span>→</span>{" "}
                </>
              )}
              <ins className="no-underline">{formatValue(after[name])}</ins>
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
