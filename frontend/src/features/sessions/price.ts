import { useTranslation } from "react-i18next";
import { useFormatMoney } from "~/lib/money/money";

/** Formats a price: "€48", or "Free". */
export function useFormatPrice(): (amount: string) => string {
  const { t } = useTranslation();
  const money = useFormatMoney();
  return (amount) => (Number(amount) === 0 ? t("price.free") : money(amount));
}
