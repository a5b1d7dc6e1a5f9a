import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useOnVisible } from "~/lib/hooks/useOnVisible";
import { useZone } from "~/lib/time/time";
import { Grid } from "../catalog/Grid";
import { catalogQuery, type Session } from "../queries";
import { useTexts } from "../texts";

const MAX_OTHERS = 4;

/** Other sessions of the same category, loaded when scrolled near. */
export function Similar({ session }: { session: Session }) {
  const t = useTexts();
  const client = useQueryClient();
  const zone = useZone();
  const [isNear, setNear] = useState(false);
  const index = useOnVisible(!isNear, () => setNear(true));
  const search = session.category ? { category: session.category } : {};
  const query = useInfiniteQuery({
    ...catalogQuery(client, search, zone),
    enabled: isNear,
    placeholderData: undefined,
  });
  const others = (query.data?.pages[0]?.items ?? [])
    .filter(({ id }) => id !== session.id)
    .slice(0, MAX_OTHERS);
  return (
    <div ref={index} className="min-h-px">
      {others.length > 0 && (
        <section aria-labelledby="similar" className="mt-14 border-t border-line pt-9">
          <h2 id="similar" className="mb-6 text-xl">
            {t("detail.similar")}
          </h2>
          <Grid sessions={others} areSeenLater />
        </section>
      )}
    </div>
  );
}
