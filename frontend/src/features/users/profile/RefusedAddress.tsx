import { useQuery } from "@tanstack/react-query";
import { Notice } from "~/components/Notice";
import { api, unwrap } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";
import type { Me } from "~/lib/auth/me";
import { formatDay, useZone } from "~/lib/time/time";
import { useTexts } from "../texts";

/** Says that mail doesn't reach the user, while a mail server's refusal of the address counts. */
export function RefusedAddress({ me }: { me: Me }) {
  const t = useTexts();
  const zone = useZone();
  const { data } = useQuery({
    queryKey: [...queryKeys.mailState, me.email],
    queryFn: () => unwrap(api.GET("/api/auth/email")),
  });
  if (!data?.refused_at) return null;
  return (
    <Notice tone="warn" className="mb-5">
      {t("profile.email_refused", { email: me.email, day: formatDay(data.refused_at, zone) })}
    </Notice>
  );
}
