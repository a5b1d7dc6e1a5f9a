import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { ErrorState } from "~/components/ErrorState";
import { Notice } from "~/components/Notice";
import { Skeleton } from "~/components/Skeleton";
import { SwitchField } from "~/components/SwitchField";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { type Choices, choose, preferencesQuery } from "./queries";
import { useTexts } from "./texts";

type Kind = keyof Choices;

const OF_BOOKINGS = [
  "reminder_day",
  "reminder_hour",
  "how_was_it",
  "new_message",
  "offer_expired",
] as const satisfies Kind[];
const OF_SESSIONS = ["new_review"] as const satisfies Kind[];
const KINDS = [...OF_BOOKINGS, ...OF_SESSIONS];

/** Which mail the user gets. A choice that could not be saved stays, to be tried again. */
export function PreferenceSwitches({ isCreator }: { isCreator: boolean }) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(preferencesQuery);
  const [unsaved, setUnsaved] = useState<Choices>({});
  const saving = useMutation({
    mutationFn: choose,
    scope: { id: "preferences" },
    onSuccess: (saved, sent) => {
      client.setQueryData(preferencesQuery.queryKey, saved);
      setUnsaved((current) => without(current, sent));
      toast.success(t("preferences.saved"), { id: "preferences" });
    },
  });
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} className="py-2" />;
  if (!data)
    return (
      <div role="status" aria-label={common("loading")}>
        <Skeleton className="h-40 w-full" />
      </div>
    );
  const shown = { ...data, ...unsaved };
  const change = (kind: (typeof KINDS)[number], isOn: boolean) => {
    const choices = { ...unsaved, [kind]: isOn };
    setUnsaved(choices);
    saving.mutate(choices);
  };
  const switches = (kinds: readonly (typeof KINDS)[number][]) =>
    kinds.map((kind) => (
      <SwitchField
        key={kind}
        label={t(`preferences.${kind}`)}
        hint={t(`preferences.${kind}_hint`)}
        isOn={shown[kind] ?? true}
        onChange={(isOn) => change(kind, isOn)}
      />
    ));
  return (
    <div className="flex flex-col gap-6">
      {saving.error && (
        <Notice tone="danger">
          <p>
            <span>{t("preferences.unsaved")}</span> <span>{errorMessage(saving.error)}</span>
          </p>
          <Button
            variant="secondary"
            size="sm"
            className="mt-2"
            isBusy={saving.isPending}
            onClick={() => saving.mutate(unsaved)}
          >
            {t("preferences.retry")}
          </Button>
        </Notice>
      )}
      <Group title={t("preferences.bookings")} always={t("preferences.always_bookings")}>
        {switches(OF_BOOKINGS)}
      </Group>
      {isCreator && (
        <Group title={t("preferences.sessions")} always={t("preferences.always_sessions")}>
          {switches(OF_SESSIONS)}
        </Group>
      )}
      <Group title={t("preferences.account")} always={t("preferences.always_account")} />
    </div>
  );
}

function Group({ title, always, children }: { title: string; always: string; children?: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="flex flex-col gap-4">
      <h3 id={id} className="text-sm text-ink-soft">
        {title}
      </h3>
      <div className="contents">{children}</div>
      <p className="text-sm text-ink-soft">{always}</p>
    </section>
  );
}

/** The choices that were made after these were sent. */
function without(current: Choices, sent: Choices): Choices {
  return Object.fromEntries(
    KINDS.filter((kind) => current[kind] !== undefined && current[kind] !== sent[kind]).map((kind) => [
      kind,
      current[kind],
    ]),
  );
}
