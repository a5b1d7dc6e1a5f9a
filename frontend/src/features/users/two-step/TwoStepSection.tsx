import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Badge } from "~/components/Badge";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { ErrorState } from "~/components/ErrorState";
import { Notice } from "~/components/Notice";
import { Skeleton } from "~/components/Skeleton";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { queryKeys } from "~/lib/api/queryKeys";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { formatLongDay } from "~/lib/time/time";
import { SecuritySection } from "../security/SecuritySection";
import type { SectionProps } from "../security/sections";
import { secondFactorQuery } from "./queries";
import { RecoveryCodes } from "./RecoveryCodes";
import { SetUp } from "./SetUp";
import { useTwoStepTexts } from "./texts";

type Question = "turn_off" | "new_codes";

/** Sets up two-step sign-in, makes recovery codes, and turns it off. */
export default function TwoStepSection({ me }: SectionProps) {
  const t = useTwoStepTexts();
  const queryClient = useQueryClient();
  const state = useQuery(secondFactorQuery);
  const [setup, setSetup] = useState<Schema<"SecondFactorSetupOut"> | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [question, setQuestion] = useState<Question | null>(null);
  const [isBusy, setBusy] = useState(false);

  const reload = () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: queryKeys.secondFactor }),
      queryClient.invalidateQueries({ queryKey: queryKeys.logins }),
    ]);

  async function attempt(work: () => Promise<void>): Promise<void> {
    setBusy(true);
    try {
      await work();
    } catch (error) {
      toast.error(errorMessage(error));
    } finally {
      setBusy(false);
    }
  }

  const begin = () => attempt(async () => setSetup(await unwrap(api.POST("/api/auth/second-factor"))));
  const answer = (given: Question) => {
    setQuestion(null);
    return attempt(async () => {
      if (given === "turn_off") {
        await unwrap(api.DELETE("/api/auth/second-factor"));
        toast.success(t("section.is_off"));
      } else {
        const made = await unwrap(api.POST("/api/auth/second-factor/recovery-codes"));
        setCodes(made.recovery_codes);
      }
      await reload();
    });
  };

  function content() {
    if (codes) return <RecoveryCodes codes={codes} onDone={() => setCodes(null)} />;
    if (setup)
      return (
        <SetUp
          setup={setup}
          onCancel={() => setSetup(null)}
          onDone={(made) => {
            setSetup(null);
            setCodes(made);
            toast.success(t("section.is_on"));
            void reload();
          }}
        />
      );
    if (state.isError) return <ErrorState error={state.error} onRetry={() => void state.refetch()} />;
    if (!state.data) return <Skeleton className="h-24 w-full" />;
    const { is_on, since, is_required, is_low, recovery_codes_left } = state.data;
    return (
      <div className="flex flex-col gap-4">
        {is_required && !is_on && <Notice tone="warn">{t("section.required")}</Notice>}
        {is_low && <Notice tone="warn">{t("section.low")}</Notice>}
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
          <Badge tone={is_on ? "good" : "neutral"}>
            {is_on && since
              ? t("section.on", { when: formatLongDay(since, me.time_zone) })
              : t("section.off")}
          </Badge>
          {is_on && (
            <span className="text-ink-soft">{t("section.left", { count: recovery_codes_left })}</span>
          )}
        </div>
        <div className="flex flex-wrap justify-end gap-3">
          {is_on ? (
            <>
              <Button variant="secondary" isBusy={isBusy} onClick={() => setQuestion("new_codes")}>
                {t("section.new_codes")}
              </Button>
              <Button variant="secondary" isBusy={isBusy} onClick={() => setQuestion("turn_off")}>
                {t("section.turn_off")}
              </Button>
            </>
          ) : (
            <Button isBusy={isBusy} onClick={() => void begin()}>
              {t("section.turn_on")}
            </Button>
          )}
        </div>
      </div>
    );
  }

  return (
    <SecuritySection id="two-step" title={t("section.title")} text={t("section.text")}>
      {content()}
      {question && (
        <Ask question={question} onClose={() => setQuestion(null)} onYes={() => void answer(question)} />
      )}
    </SecuritySection>
  );
}

const ASKED = {
  turn_off: { title: "section.ask_off", text: "section.off_means", yes: "section.turn_off" },
  new_codes: { title: "section.ask_new", text: "section.new_means", yes: "section.new_codes" },
} as const;

function Ask({ question, onClose, onYes }: { question: Question; onClose: () => void; onYes: () => void }) {
  const t = useTwoStepTexts();
  const { t: common } = useTranslation();
  const { title, text, yes } = ASKED[question];
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t(title)}
      description={t(text)}
      footer={
        <>
          <Button variant="secondary" onClick={onClose}>
            {common("actions.back")}
          </Button>
          <Button variant="danger" onClick={onYes}>
            {t(yes)}
          </Button>
        </>
      }
    />
  );
}
