import { RENAMED_ZONES } from "./zone";

/** `words` are common names such as "Central European Time", to find it by. */
export type Zone = { id: string; words: string };

let cachedZones: Zone[] | null = null;

/** All zones that the browser knows. Computed once, because it is slow. */
export function allZones(): Zone[] {
  cachedZones ??= [
    ...new Set(["UTC", ...Intl.supportedValuesOf("timeZone").map((id) => RENAMED_ZONES[id] ?? id)]),
  ].map((id) => ({ id, words: commonName(id) }));
  return cachedZones;
}

function commonName(zone: string): string {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: zone,
    timeZoneName: "longGeneric",
  }).formatToParts();
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
}

const FORMER_NAMES = new Map(Object.entries(RENAMED_ZONES).map(([before, now]) => [now, before]));

function normalize(text: string): string {
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase().replaceAll(/[_/]/g, " ");
}

/** Zones whose city or common name contains every word; cities that start with the query come first. */
export function searchZones(query: string, zones: Zone[] = allZones()): Zone[] {
  const normalizedQuery = normalize(query).trim();
  const searched = normalizedQuery.split(/\s+/).filter(Boolean);
  const matches = zones.filter(({ id, words }) => {
    const text = normalize(`${id} ${words} ${FORMER_NAMES.get(id) ?? ""}`);
    return searched.every((word) => text.includes(word));
  });
  const startsWithQuery = ({ id }: Zone) => normalize(id.split("/").pop() ?? id).startsWith(normalizedQuery);
  return [...matches].sort((one, other) => Number(startsWithQuery(other)) - Number(startsWithQuery(one)));
}
