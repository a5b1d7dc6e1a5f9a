import { zoneName } from "./time";

export type Zone = { id: string; name: string };

let known: Zone[] | null = null;

/** Every zone that this browser knows, with its name; they are asked for once, for it takes a moment. */
export function allZones(): Zone[] {
  known ??= ["UTC", ...Intl.supportedValuesOf("timeZone").filter((id) => id !== "UTC")].map((id) => ({
    id,
    name: zoneName(id),
  }));
  return known;
}

function folded(text: string): string {
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase().replaceAll(/[_/]/g, " ");
}

/** Zones in whose place or name each word occurs; those of a place that begins with it come first. */
export function zonesLike(query: string, zones: Zone[] = allZones()): Zone[] {
  const wanted = folded(query).trim();
  const words = wanted.split(/\s+/).filter(Boolean);
  const found = zones.filter(({ id, name }) => {
    const text = folded(`${id} ${name}`);
    return words.every((word) => text.includes(word));
  });
  const begins = ({ id }: Zone) => folded(id.split("/").pop() ?? id).startsWith(wanted);
  return found.toSorted((one, other) => Number(begins(other)) - Number(begins(one)));
}
