import { Badge } from "~/components/Badge";
import { useTexts } from "../texts";

type Given = {
  status: "active" | "inactive";
  hidden_at?: string | null;
  archived_at?: string | null;
  featured_at?: string | null;
};

/** Whether a session is visible, and if not, why. */
export function SessionBadges({
  session: { status, hidden_at, archived_at, featured_at },
}: {
  session: Given;
}) {
  const t = useTexts();
  return (
    <span className="inline-flex flex-wrap justify-end gap-1.5 md:justify-start">
      {archived_at ? (
        <Badge>{t("sessions.archived")}</Badge>
      ) : hidden_at ? (
        <Badge tone="danger">{t("sessions.hidden")}</Badge>
      ) : (
        <Badge tone={status === "active" ? "good" : "neutral"}>{t(`sessions.${status}`)}</Badge>
      )}
      {featured_at && <Badge tone="accent">{t("sessions.featured")}</Badge>}
    </span>
  );
}
