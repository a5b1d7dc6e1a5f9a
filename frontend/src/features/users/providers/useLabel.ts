import { useQuery } from "@tanstack/react-query";
import { providersQuery } from "./queries";
import { useProviderTexts } from "./texts";

/** The label of a service by its name. */
export function useLabel(name: string | undefined): string {
  const t = useProviderTexts();
  const { data } = useQuery(providersQuery);
  return data?.find((provider) => provider.name === name)?.label ?? t("other");
}
