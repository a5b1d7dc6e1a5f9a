import { useTranslation } from "react-i18next";
import { Dialog } from "~/components/Dialog";
import { SignInForm } from "./SignInForm";

/** Signing in over a page that stays as it is. */
export default function SignInDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog isOpen onClose={onClose} title={t("states.sign_in_title")} description={t("states.sign_in_text")}>
      <SignInForm onDone={() => undefined} />
    </Dialog>
  );
}
