import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button } from "~/components/Button";
import { ErrorState } from "~/components/ErrorState";
import { Field, Input } from "~/components/Field";
import { Skeleton } from "~/components/Skeleton";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { ActionDialog } from "../ActionDialog";
import { Panel } from "../Panel";
import { useTexts } from "../texts";
import { type Commission, changeCommission, commissionQuery } from "./queries";
import { MAX_COMMISSION, readPercent } from "./rules";

/** The commission on a creator's payments, where payments are taken. */
export function CommissionPanel({ creator, name }: { creator: string; name: string }) {
  const t = useTexts();
  const { pays_online } = useSuspenseQuery(marketplaceQuery).data;
  const { data, error, refetch } = useQuery({ ...commissionQuery(creator), enabled: pays_online });
  const [isOpen, setOpen] = useState(false);
  if (!pays_online) return null;
  return (
    <Panel
      title={t("commission.title")}
      action={
        data && (
          <Button variant="secondary" size="sm" onClick={() => setOpen(true)}>
            {t("commission.open")}
          </Button>
        )
      }
    >
      {data ? (
        <p className="text-sm">
          <span className="tabular text-lg font-semibold">{t("percent", { percent: data.percent })}</span>{" "}
          <span className="text-ink-soft">{t(data.is_own ? "commission.own" : "commission.usual")}</span>
        </p>
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} className="py-4" />
      ) : (
        <Skeleton className="h-7 w-40" />
      )}
      {isOpen && data && (
        <CommissionDialog creator={creator} name={name} commission={data} onClose={() => setOpen(false)} />
      )}
    </Panel>
  );
}

function CommissionDialog({
  creator,
  name,
  commission,
  onClose,
}: {
  creator: string;
  name: string;
  commission: Commission;
  onClose: () => void;
}) {
  const t = useTexts();
  const [text, setText] = useState(commission.percent);
  const percent = readPercent(text);
  return (
    <ActionDialog
      title={t("commission.change", { name })}
      text={t("commission.text")}
      actionLabel={t("commission.do")}
      done={t("commission.done")}
      isReady={percent !== null}
      intent={percent}
      submit={(reason) => changeCommission(creator, percent ?? text, reason)}
      onClose={onClose}
    >
      <Field
        label={t("commission.percent")}
        error={percent === null ? t("commission.wrong", { most: MAX_COMMISSION }) : undefined}
      >
        {(field) => (
          <span className="block w-32">
            <Input
              {...field}
              inputMode="decimal"
              value={text}
              onChange={({ target }) => setText(target.value)}
            />
          </span>
        )}
      </Field>
    </ActionDialog>
  );
}
