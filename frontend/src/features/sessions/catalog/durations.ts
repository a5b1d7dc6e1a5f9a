import type { CatalogSearch } from "../search";

type Span = Pick<CatalogSearch, "min_duration" | "max_duration">;

/** Presets that together cover every duration. */
export const SPANS = [
  { name: "short", max_duration: 30 },
  { name: "hour", min_duration: 31, max_duration: 60 },
  { name: "two_hours", min_duration: 61, max_duration: 120 },
  { name: "long", min_duration: 121 },
] as const satisfies ({ name: string } & Span)[];

export function matchSpan({ min_duration, max_duration }: Span) {
  return SPANS.find((span: Span) => span.min_duration === min_duration && span.max_duration === max_duration);
}
