import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ErrorState } from "~/components/ErrorState";
import { Skeleton } from "~/components/Skeleton";
import { DateTime } from "../DateTime";
import { Facts } from "../Panel";
import { useTexts } from "../texts";
import { type WaysIn as Found, waysInQuery } from "./queries";

/** What a user signs in with: only they change it. */
export function WaysIn({ userId }: { userId: string }) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const { data, error, refetch } = useQuery(waysInQuery(userId));
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} className="py-2" />;
  if (!data)
    return (
      <div role="status" aria-label={common("loading")}>
        <Skeleton className="h-24 w-full" />
      </div>
    );
  return (
    <div className="flex flex-col gap-4">
      <Facts
        facts={[
          {
            name: t("ways_in.password"),
            value: t(data.has_password ? "ways_in.has_password" : "ways_in.no_password"),
          },
          {
            name: t("second_factor.fact"),
            value: data.second_factor_since ? (
              <DateTime at={data.second_factor_since} />
            ) : (
              t("second_factor.off")
            ),
          },
          ...(data.second_factor_since
            ? [{ name: t("ways_in.codes_left"), value: data.recovery_codes_left }]
            : []),
        ]}
      />
      <Ways title={t("ways_in.passkeys")}>{data.passkeys.map(passkey)}</Ways>
      <Ways title={t("ways_in.connections")}>{data.identities.map(identity)}</Ways>
    </div>
  );
}

function passkey(each: Found["passkeys"][number]) {
  return <Passkey key={each.id} passkey={each} />;
}

function identity(each: Found["identities"][number]) {
  return <Connection key={each.id} identity={each} />;
}

function Ways({ title, children }: { title: string; children: ReactNode[] }) {
  const t = useTexts();
  return (
    <div className="border-line border-t pt-4">
      <h3 className="text-ink-faint text-sm">{title}</h3>
      {children.length === 0 ? (
        <p className="mt-1 text-ink-soft text-sm">{t("ways_in.none")}</p>
      ) : (
        <ul className="mt-2 flex flex-col gap-3 text-sm">{children}</ul>
      )}
    </div>
  );
}

function Passkey({ passkey: { name, created_at, last_used_at, is_backed_up } }: PasskeyProps) {
  const t = useTexts();
  return (
    <li>
      <p className="break-words">
        <bdi>{name}</bdi>
      </p>
      <When since={t("ways_in.added")} at={created_at} usedAt={last_used_at} />
      {is_backed_up && <p className="text-ink-faint text-xs">{t("ways_in.backed_up")}</p>}
    </li>
  );
}

type PasskeyProps = { passkey: Found["passkeys"][number] };

function Connection({ identity: { label, email, connected_at, last_used_at } }: ConnectionProps) {
  const t = useTexts();
  return (
    <li>
      <p className="flex flex-wrap gap-x-2 break-words">
        <bdi>{label}</bdi>
        {email && <bdi className="min-w-0 break-all text-ink-soft">{email}</bdi>}
      </p>
      <When since={t("ways_in.connected")} at={connected_at} usedAt={last_used_at} />
    </li>
  );
}

type ConnectionProps = { identity: Found["identities"][number] };

function When({ since, at, usedAt }: { since: string; at: string; usedAt: string | null }) {
  const t = useTexts();
  return (
    <p className="tabular mt-0.5 flex flex-wrap gap-x-2 text-ink-faint text-xs">
      <span>
        <span>{since}</span> <DateTime at={at} />
      </span>
      {usedAt === null ? (
        <span>{t("ways_in.never_used")}</span>
      ) : (
        <span>
          <span>{t("ways_in.used")}</span> <DateTime at={usedAt} />
        </span>
      )}
    </p>
  );
}
