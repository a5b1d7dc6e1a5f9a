import { formatMoney, useCurrency } from "~/lib/money/money";

/** Formats what is charged or returned, with all decimals: "€72.00". */
export function useFormatCharge(): (amount: string) => string {
  const currency = useCurrency();
  return (amount) => formatMoney(amount, currency, currency.currency_digits);
}
