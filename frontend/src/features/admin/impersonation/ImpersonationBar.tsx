import { Eye } from "lucide-react";
import { useEffect } from "react";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { endGuise, tellEnd, wornGuise } from "~/lib/auth/impersonation";
import { displayName } from "~/lib/auth/me";
import { timeOf } from "~/lib/time/time";
import { browserZone } from "~/lib/time/zone";
import { useTexts } from "../texts";

/** Says on every page that the site is seen as somebody else, and leads back to oneself. */
export default function GuiseBar() {
  const t = useTexts();
  const guise = wornGuise();

  useEffect(() => {
    if (!guise) return;
    const end = async () => {
      await endGuise();
      toast.info(t("impersonate.ended"));
    };
    const timer = setTimeout(() => void end(), new Date(guise.until).getTime() - Date.now());
    // a page that is loaded anew is one's own again
    const leave = () => void tellEnd(guise);
    addEventListener("pagehide", leave);
    return () => {
      clearTimeout(timer);
      removeEventListener("pagehide", leave);
    };
  }, [guise, t]);

  if (!guise) return null;
  return (
    <aside
      data-guise
      aria-label={t("impersonate.label")}
      className="sticky top-0 z-40 flex flex-wrap items-center justify-center gap-x-4 gap-y-1 bg-danger px-4 py-2 text-sm text-on-danger"
    >
      <p className="flex min-w-0 items-center gap-2 font-medium">
        <Eye aria-hidden className="size-4 shrink-0" />
        {t("impersonate.bar", { name: displayName(guise.person), time: timeOf(guise.until, browserZone()) })}
      </p>
      <Button look="secondary" size="sm" onClick={() => void endGuise()}>
        {t("impersonate.leave")}
      </Button>
    </aside>
  );
}
