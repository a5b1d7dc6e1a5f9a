import { Check } from "lucide-react";
import { cn } from "~/lib/cn";
import { useTexts } from "./texts";

const STEPS = ["details", "times", "publish"] as const;

/** The steps from a new session to the catalog. */
export function SetupSteps({ current }: { current: (typeof STEPS)[number] }) {
  const t = useTexts();
  const at = STEPS.indexOf(current);
  return (
    <ol aria-label={t("steps.label")} className="mb-6 flex flex-wrap items-center gap-x-6 gap-y-2 text-sm">
      {STEPS.map((step, index) => (
        <li
          key={step}
          aria-current={step === current ? "step" : undefined}
          className={cn("flex items-center gap-2", index === at ? "font-semibold" : "text-ink-soft")}
        >
          <span
            aria-hidden
            className={cn(
              "tabular flex size-6 items-center justify-center rounded-full text-xs font-semibold",
              index === at ? "bg-accent text-on-accent" : "bg-sunk",
            )}
          >
            {index < at ? <Check className="size-3.5" /> : index + 1}
          </span>
          <span>{t(`steps.${step}`)}</span>
          {index < at && <span className="sr-only">{t("steps.done")}</span>}
        </li>
      ))}
    </ol>
  );
}
