import { Link } from "@tanstack/react-router";
import { ShieldAlert } from "lucide-react";
import { buttonClass } from "~/components/Button";
import { EmptyState } from "~/components/EmptyState";
import { useTitle } from "~/components/Page";
import { useTwoStepTexts } from "./texts";

/** Instead of the back office, for staff who have to turn on two-step sign-in first. */
export default function StaffHint() {
  const t = useTwoStepTexts();
  useTitle(t("staff.title"));
  return (
    <EmptyState
      isPage
      icon={ShieldAlert}
      title={t("staff.title")}
      className="py-24"
      action={
        <Link to="/profile/security" hash="two-step" className={buttonClass()}>
          {t("staff.link")}
        </Link>
      }
    >
      {t("staff.text")}
    </EmptyState>
  );
}
