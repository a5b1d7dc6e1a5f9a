import { zoneName } from "./time";
import { NAMED_ANEW } from "./zone";

export type Zone = { id: string; name: string };

let known: Zone[] | null = null;

/** Every zone that this browser knows, with its name; they are asked for once, for it takes a moment. */
export function allZones(): Zone[] {
  known ??= [
    ...new Set(["UTC", ...Intl.supportedValuesOf("timeZone").map((id) => NAMED_ANEW[id] ?? id)]),
  ].map((id) => ({ id, name: zoneName(id) }));
  return known;
}

const FORMERLY = new Map(Object.entries(NAMED_ANEW).map(([before, now]) => [now, before]));

function folded(text: string): string {
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase().replaceAll(/[_/]/g, " ");
}

/** Zones in whose place or name each word occurs; those of a place that begins with it come first. */
export function zonesLike(query: string, zones: Zone[] = allZones()): Zone[] {
  const wanted = folded(query).trim();
  const words = wanted.split(/\s+/).filter(Boolean);
  const found = zones.filter(({ id, name }) => {
    const text = folded(`${id} ${name} ${FORMERLY.get(id) ?? ""}`);
    return words.every((word) => text.includes(word));
  });
  const begins = ({ id }: Zone) => folded(id.split("/").pop() ?? id).startsWith(wanted);
  return found.toSorted((one, other) => Number(begins(other)) - Number(begins(one)));
}
