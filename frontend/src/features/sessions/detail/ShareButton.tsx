import { Share2 } from "lucide-react";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { useTexts } from "../texts";

/** Opens the system's share sheet for a page; where there is none, copies its address. */
export function ShareButton({ path, title }: { path: string; title: string }) {
  const t = useTexts();

  async function share() {
    const url = new URL(path, location.origin).href;
    try {
      if ("share" in navigator) {
        await navigator.share({ title, url });
      } else {
        await (navigator as Navigator).clipboard.writeText(url);
        toast.success(t("detail.link_copied"));
      }
    } catch (error) {
      const wasClosed = error instanceof DOMException && error.name === "AbortError";
      if (!wasClosed) toast.error(t("detail.share_failed"));
    }
  }

  return (
    <Button variant="quiet" size="sm" onClick={() => void share()}>
      <Share2 aria-hidden className="size-4" />
      {t("detail.share")}
    </Button>
  );
}
