import { Badge } from "~/components/Badge";
import { useTexts } from "../texts";

/** Whether an account is active, and its permissions. */
export function AccountBadges({
  account: { is_active, is_staff, is_superuser },
}: {
  account: { is_active: boolean; is_staff: boolean; is_superuser: boolean };
}) {
  const t = useTexts();
  return (
    <span className="inline-flex flex-wrap justify-end gap-1.5 md:justify-start">
      {is_active ? <Badge tone="good">{t("users.on")}</Badge> : <Badge tone="danger">{t("users.off")}</Badge>}
      {is_superuser ? (
        <Badge tone="accent">{t("users.superuser")}</Badge>
      ) : (
        is_staff && <Badge tone="accent">{t("users.staff")}</Badge>
      )}
    </span>
  );
}
