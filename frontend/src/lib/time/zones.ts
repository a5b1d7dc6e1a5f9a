import { zoneName } from "./time";
import { RENAMED_ZONES } from "./zone";

export type Zone = { id: string; name: string };

let cachedZones: Zone[] | null = null;

/** All zones that the browser knows, with names. Computed once, because it is slow. */
export function allZones(): Zone[] {
  cachedZones ??= [
    ...new Set(["UTC", ...Intl.supportedValuesOf("timeZone").map((id) => RENAMED_ZONES[id] ?? id)]),
  ].map((id) => ({ id, name: zoneName(id) }));
  return cachedZones;
}

const FORMER_NAMES = new Map(Object.entries(RENAMED_ZONES).map(([before, now]) => [now, before]));

function normalize(text: string): string {
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase().replaceAll(/[_/]/g, " ");
}

/** Zones whose city or name contains every word; cities that start with the query come first. */
export function searchZones(query: string, zones: Zone[] = allZones()): Zone[] {
  const normalizedQuery = normalize(query).trim();
  const words = normalizedQuery.split(/\s+/).filter(Boolean);
  const matches = zones.filter(({ id, name }) => {
    const text = normalize(`${id} ${name} ${FORMER_NAMES.get(id) ?? ""}`);
    return words.every((word) => text.includes(word));
  });
  const startsWithQuery = ({ id }: Zone) => normalize(id.split("/").pop() ?? id).startsWith(normalizedQuery);
  return matches.toSorted((one, other) => Number(startsWithQuery(other)) - Number(startsWithQuery(one)));
}
