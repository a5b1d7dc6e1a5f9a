import { SetPassword } from "../providers/SetPassword";
import { PasswordForm } from "./PasswordForm";
import { SecuritySection } from "./SecuritySection";
import type { SectionProps } from "./sections";
import { useSecurityTexts } from "./texts";

export default function PasswordSection({ me }: SectionProps) {
  const t = useSecurityTexts();
  return (
    <SecuritySection id="password" title={t("password.title")} text={t("password.text")}>
      {me.has_password ? <PasswordForm me={me} /> : <SetPassword me={me} />}
    </SecuritySection>
  );
}
