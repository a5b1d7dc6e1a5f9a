import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Badge } from "~/components/Badge";
import { Button } from "~/components/Button";
import { ErrorState } from "~/components/ErrorState";
import { Skeleton } from "~/components/Skeleton";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { formatDateTime, useZone } from "~/lib/time/time";
import { useSecurityTexts } from "./texts";

type Login = Schema<"OwnLoginOut">;

const loginsQuery = queryOptions({
  queryKey: queryKeys.logins,
  queryFn: () => unwrap(api.GET("/api/auth/logins")),
});

/** Where the user is signed in, and a button for each that signs out there. */
export function Devices() {
  const { t: common } = useTranslation();
  const { data, error, refetch } = useQuery(loginsQuery);
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} className="py-2" />;
  if (!data)
    return (
      <div role="status" aria-label={common("loading")}>
        <Skeleton className="h-14 w-full" />
      </div>
    );
  return (
    <ul className="flex flex-col divide-y divide-line">
      {data.map((login) => (
        <Device key={login.id} login={login} />
      ))}
    </ul>
  );
}

function Device({ login }: { login: Login }) {
  const t = useSecurityTexts();
  const zone = useZone();
  const client = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: () =>
      unwrap(api.DELETE("/api/auth/logins/{login_id}", { params: { path: { login_id: login.id } } })),
    onSuccess: () => toast.success(t("devices.ended")),
    onError: (error) => toast.error(errorMessage(error)),
    onSettled: () => client.invalidateQueries({ queryKey: queryKeys.logins }),
  });
  const { browser, system } = login;
  const name =
    browser && system ? t("devices.name", { browser, system }) : (browser ?? system ?? t("devices.unknown"));
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3 first:pt-0">
      <div className="min-w-0 text-sm">
        <p className="flex flex-wrap items-center gap-2 font-medium" title={login.agent ?? undefined}>
          <bdi>{name}</bdi>
          {login.is_current && <Badge>{t("devices.current")}</Badge>}
        </p>
        <p className="tabular text-ink-soft">
          <span>{t("devices.since", { when: formatDateTime(login.created_at, zone) })}</span>
          {login.address && <bdi className="ml-3">{login.address}</bdi>}
        </p>
      </div>
      {!login.is_current && (
        <Button
          variant="secondary"
          size="sm"
          isBusy={isPending}
          className="ml-auto"
          aria-label={t("devices.end_of", { device: name })}
          onClick={() => mutate()}
        >
          {t("devices.end")}
        </Button>
      )}
    </li>
  );
}
