import { Link } from "@tanstack/react-router";
import {
  Bell,
  BookOpen,
  CircleCheck,
  CircleHelp,
  CircleX,
  Hourglass,
  type LucideIcon,
  Scale,
} from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "~/lib/cn";
import { DateTime } from "../DateTime";
import { useTexts } from "../texts";
import type { Operation, PaymentTimeline } from "./queries";
import { amountIn, keyOf, stateOf, type TimelineEntry, timelineOf } from "./rules";

const STATES = {
  asked: { icon: Hourglass, color: "text-warn" },
  started: { icon: Hourglass, color: "text-warn" },
  done: { icon: CircleCheck, color: "text-good" },
  refused: { icon: CircleX, color: "text-danger" },
  unknown: { icon: CircleHelp, color: "text-warn" },
} as const satisfies Record<ReturnType<typeof stateOf>, { icon: LucideIcon; color: string }>;

/** What was asked of the provider, noticed, disputed and posted in the ledger; oldest first. */
export function Timeline({ payment }: { payment: PaymentTimeline }) {
  const t = useTexts();
  const entries = timelineOf(payment);
  if (entries.length === 0) return <p className="text-sm text-ink-soft">{t("payments.timeline_none")}</p>;
  return (
    <ol className="flex flex-col gap-5 text-sm">
      {entries.map((entry) => (
        <Entry key={keyOf(entry)} entry={entry} currency={payment.currency} />
      ))}
    </ol>
  );
}

function Entry({ entry, currency }: { entry: TimelineEntry; currency: string }) {
  const t = useTexts();
  if ("operation" in entry) return <Asked operation={entry.operation} currency={currency} />;
  if ("transaction" in entry) return <Posted transaction={entry.transaction} currency={currency} />;
  if ("notice" in entry) {
    return (
      <Happened icon={Bell} at={entry.at} title={t("payments.notice")} about={entry.notice.id}>
        <code className="break-all">{entry.notice.kind}</code>
      </Happened>
    );
  }
  return (
    <Happened
      icon={Scale}
      at={entry.at}
      title={t(`payments.dispute.${entry.outcome}`)}
      about={entry.dispute.ref}
    >
      {amountIn(entry.dispute.amount, currency)}
    </Happened>
  );
}

function Happened(props: {
  icon: LucideIcon;
  at: string;
  title: string;
  about: string;
  children: ReactNode;
}) {
  const { icon: Icon, at, title, about, children } = props;
  return (
    <li className="flex gap-3">
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-ink-faint" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap justify-between gap-x-4">
          <span className="font-medium">{title}</span>
          <span className="text-xs text-ink-faint">
            <DateTime at={at} />
          </span>
        </p>
        <p className="tabular text-ink-soft">{children}</p>
        <code className="mt-0.5 block text-xs break-all text-ink-faint">{about}</code>
      </div>
    </li>
  );
}

function Asked({ operation, currency }: { operation: Operation; currency: string }) {
  const t = useTexts();
  const state = stateOf(operation);
  const { kind, cause, amount, attempts, error, reason, by, provider_ref } = operation;
  const { icon: Icon, color } = STATES[state];
  return (
    <li className="flex gap-3">
      <Icon aria-hidden className={cn("mt-0.5 size-4 shrink-0", color)} />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap justify-between gap-x-4">
          <span>
            <span className="font-medium">{t(`payments.operation.${kind}`)}</span>{" "}
            <span className="tabular">{Number(amount) > 0 && amountIn(amount, currency)}</span>
            {" · "}
            <span className={cn("font-medium", color)}>{t(`payments.operation_state.${state}`)}</span>
          </span>
          <span className="text-xs text-ink-faint">
            <DateTime at={operation.created_at} />
          </span>
        </p>
        <p className="flex flex-wrap gap-x-3 text-ink-soft">
          <span>{t(`payments.cause.${cause}`)}</span>
          {by && (
            <Link to="/admin/users/$id" params={{ id: by }} className="underline underline-offset-4">
              {t("payments.by_staff")}
            </Link>
          )}
          {attempts > 1 && <span>{t("payments.attempts", { count: attempts })}</span>}
        </p>
        {reason && (
          <q dir="auto" className="mt-0.5 block text-ink-soft">
            {reason}
          </q>
        )}
        {error && <p className="mt-0.5 break-words text-danger">{error}</p>}
        {provider_ref && (
          <code className="mt-0.5 block text-xs break-all text-ink-faint">{provider_ref}</code>
        )}
      </div>
    </li>
  );
}

function Posted({
  transaction: { kind, at, held, earned, commission, fee },
  currency,
}: {
  transaction: PaymentTimeline["transactions"][number];
  currency: string;
}) {
  const t = useTexts();
  const parts = Object.entries({ held, earned, commission, fee })
    .filter(([, amount]) => Number(amount) !== 0)
    .map(([name, amount]) =>
      t(`payments.posted_${name as "held" | "earned" | "commission" | "fee"}`, {
        amount: `${amount.startsWith("-") ? "−" : "+"}${amountIn(amount.replace("-", ""), currency)}`,
      }),
    );
  return (
    <li className="flex gap-3">
      <BookOpen aria-hidden className="mt-0.5 size-4 shrink-0 text-ink-faint" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap justify-between gap-x-4">
          <span className="font-medium">{t(`payments.posted.${kind}`)}</span>
          <span className="text-xs text-ink-faint">
            <DateTime at={at} />
          </span>
        </p>
        {parts.length > 0 && <p className="tabular text-ink-soft">{parts.join(" · ")}</p>}
      </div>
    </li>
  );
}
