/** Where a session is held, in words and as a link to a map. */
import { useTranslation } from "react-i18next";
import type { Schema } from "~/lib/api/client";
import { useTexts } from "./texts";

/** What a session says about its place, on every page. */
export type Held = Pick<
  Schema<"SessionOut">,
  "format" | "place" | "address" | "coordinates" | "language" | "join_url"
>;

/** "Online", a town, or "At your place"; `null` if the creator has not said. */
export function useShortPlace(): (session: Pick<Held, "format" | "place">) => string | null {
  const t = useTexts();
  return ({ format, place }) => {
    if (format === "online" || format === "at_yours") return t(`format.${format}`);
    return place ?? (format && t("format.in_person"));
  };
}

/** The name of a language in the reader's own, such as "Portuguese (Brazil)". */
export function useLanguageName(): (tag: string) => string {
  const { i18n } = useTranslation();
  return (tag) => {
    try {
      return new Intl.DisplayNames([i18n.language], { type: "language" }).of(tag) ?? tag;
    } catch {
      return tag;
    }
  };
}

const STREET_ZOOM = 17;
const TOWN_ZOOM = 13;

/**
 * A page of OpenStreetMap: a marker at the address, the surroundings if only those are known, or a search. `null` if
 * there is nothing to look for. Nothing is loaded from there until someone follows the link.
 */
export function mapLink({ format, place, address, coordinates }: Held): string | null {
  if (format !== "in_person") return null;
  if (coordinates) {
    const { latitude, longitude } = coordinates;
    const view = `#map=${address ? STREET_ZOOM : TOWN_ZOOM}/${latitude}/${longitude}`;
    return `https://www.openstreetmap.org/${address ? `?mlat=${latitude}&mlon=${longitude}` : ""}${view}`;
  }
  const words = [address?.replaceAll("\n", ", "), place].filter(Boolean).join(", ");
  return words && `https://www.openstreetmap.org/search?query=${encodeURIComponent(words)}`;
}
