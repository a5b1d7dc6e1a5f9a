import { AdminPage } from "../AdminPage";
import { useTexts } from "../texts";

/** How the marketplace does, and what waits for somebody to see to it. */
export function HomePage() {
  const t = useTexts();
  return <AdminPage title={t("nav.dashboard")}>{null}</AdminPage>;
}
