import { Devices } from "./Devices";
import { SecuritySection } from "./SecuritySection";
import { SignOutEverywhere } from "./SignOutEverywhere";
import { useSecurityTexts } from "./texts";

export default function DevicesSection() {
  const t = useSecurityTexts();
  return (
    <SecuritySection id="devices" title={t("devices.title")} text={t("devices.text")}>
      <div className="flex flex-col gap-6">
        <Devices />
        <SignOutEverywhere />
      </div>
    </SecuritySection>
  );
}
