import { toast } from "sonner";
import { api, unwrap } from "~/lib/api/client";
import { queryClient } from "~/lib/api/queryClient";
import { type Me, meQuery, refetchUserData } from "~/lib/auth/me";
import { i18n } from "~/lib/i18n";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { loadOffsets } from "~/lib/time/offsets";
import { showsSameTime, zoneCity } from "~/lib/time/time";
import { browserZone } from "~/lib/time/zone";
import "./texts";

const TOAST = "zone";
const HALF_A_YEAR = 182 * 86_400_000;

/** Says that times are shown in another zone after someone signed in, or `last` signed out; nothing if they look the same. */
export async function sayZone(me: Me | null, last: Me | null): Promise<void> {
  const profileZone = (me ?? last)?.time_zone;
  const here = browserZone();
  if (profileZone) await Promise.all([loadOffsets(profileZone), loadOffsets(here)]);
  if (!profileZone || isSame(profileZone, here)) {
    // never before another notice is shown: sonner takes a frame to dismiss, and drops what has the same id by then
    toast.dismiss(TOAST);
    return;
  }
  const t = i18n.getFixedT(null, "users");
  if (!me) {
    toast(t("zone.device", { place: zoneCity(here) }), { id: TOAST });
    return;
  }
  toast(t("zone.profile", { place: zoneCity(profileZone) }), {
    id: TOAST,
    // until it was read
    duration: Number.POSITIVE_INFINITY,
    cancel: { label: t("zone.keep"), onClick: () => undefined },
    action: { label: t("zone.use", { place: zoneCity(here) }), onClick: () => void changeZone(here) },
  });
}

function isSame(one: string, other: string): boolean {
  const now = Date.now();
  return [now, now + HALF_A_YEAR].every((at) => showsSameTime(new Date(at), one, other));
}

async function changeZone(time_zone: string): Promise<void> {
  const t = i18n.getFixedT(null, "users");
  try {
    const me = await unwrap(api.PATCH("/api/auth/profile", { body: { time_zone } }));
    queryClient.setQueryData(meQuery.queryKey, me);
    toast.success(t("zone.used", { place: zoneCity(time_zone) }));
    await refetchUserData();
  } catch (error) {
    toast.error(errorMessage(error));
  }
}
