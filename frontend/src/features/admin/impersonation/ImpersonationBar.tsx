import { useRouter } from "@tanstack/react-router";
import { Eye } from "lucide-react";
import { useEffect } from "react";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { currentImpersonation, endImpersonation, notifyEnd } from "~/lib/auth/impersonation";
import { displayName } from "~/lib/auth/me";
import { formatTime } from "~/lib/time/time";
import { browserZone } from "~/lib/time/zone";
import { useTexts } from "../texts";

/** Shown on every page while a staff member views the site as another user; ends the impersonation. */
export default function ImpersonationBar() {
  const t = useTexts();
  const router = useRouter();
  const impersonation = currentImpersonation();

  useEffect(() => {
    if (!impersonation) return;
    const end = async () => {
      await endImpersonation(router);
      toast.info(t("impersonate.ended"));
    };
    const timer = setTimeout(() => void end(), new Date(impersonation.until).getTime() - Date.now());
    // a reload ends the impersonation
    const leave = () => void notifyEnd(impersonation);
    addEventListener("pagehide", leave);
    return () => {
      clearTimeout(timer);
      removeEventListener("pagehide", leave);
    };
  }, [impersonation, router, t]);

  if (!impersonation) return null;
  return (
    <aside
      data-impersonation
      aria-label={t("impersonate.label")}
      className="sticky top-0 z-40 flex flex-wrap items-center justify-center gap-x-4 gap-y-1 bg-danger px-4 py-2 text-sm text-on-danger"
    >
      <p className="flex min-w-0 items-center gap-2 font-medium">
        <Eye aria-hidden className="size-4 shrink-0" />
        <span>
          {t("impersonate.bar", {
            name: displayName(impersonation.person),
            time: formatTime(impersonation.until, browserZone()),
          })}
        </span>
      </p>
      <Button variant="secondary" size="sm" onClick={() => void endImpersonation(router)}>
        {t("impersonate.leave")}
      </Button>
    </aside>
  );
}
