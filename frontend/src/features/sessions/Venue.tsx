import { useTexts } from "./texts";
import { type Held, mapLink, useShortPlace } from "./where";

const LINK = "inline-flex min-h-6 items-center text-accent underline-offset-4 hover:underline";

/** Where a session is held, as far as the reader may know: the place, the address, a map, the link to join by. */
export function Venue({ session, visited }: { session: Held; visited?: string | null }) {
  const t = useTexts();
  const short = useShortPlace();
  const { format, place, address, join_url } = session;
  const map = mapLink(session);
  const lines = format === "at_yours" ? visited : address;
  return (
    <>
      <span className="block">{short(session)}</span>
      {format === "at_yours" && place && <span className="block text-sm text-ink-soft">{place}</span>}
      {lines && (
        <address dir="auto" className="text-sm whitespace-pre-line text-ink-soft not-italic">
          {lines}
        </address>
      )}
      {map && (
        <a href={map} target="_blank" rel="noreferrer" className={`${LINK} text-sm`}>
          {t("where.map")}
        </a>
      )}
      {join_url && (
        <a href={join_url} target="_blank" rel="noreferrer" className={`${LINK} font-semibold`}>
          {t("where.join")}
        </a>
      )}
    </>
  );
}
