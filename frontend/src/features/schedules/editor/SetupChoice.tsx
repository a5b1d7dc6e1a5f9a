import { CalendarClock, CalendarDays, CalendarHeart, MessagesSquare } from "lucide-react";
import { SETUPS, type Setup } from "../setup";
import { useTexts } from "../texts";

const ICONS = { class: CalendarDays, appointments: CalendarClock, date: CalendarHeart, open: MessagesSquare };

/** How the session takes place. Nothing is selected until the creator decides. */
export function SetupChoice({ value, onChoose }: { value: Setup | null; onChoose: (setup: Setup) => void }) {
  const t = useTexts();
  return (
    <fieldset>
      <legend className="mb-3 text-lg font-semibold">{t("setup.title")}</legend>
      <div className="grid gap-3 sm:grid-cols-2">
        {SETUPS.map((setup) => {
          const Icon = ICONS[setup];
          return (
            <label
              key={setup}
              data-checked={value === setup || undefined}
              className="relative flex cursor-pointer gap-3 rounded-card border border-line-strong/60 bg-surface p-4 transition-colors hover:border-line-strong data-checked:border-accent data-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
            >
              <input
                type="radio"
                name="setup"
                value={setup}
                checked={value === setup}
                onChange={() => onChoose(setup)}
                className="sr-only"
              />
              <Icon aria-hidden className="mt-0.5 size-5 shrink-0 text-accent" />
              <span>
                <span className="block font-semibold">{t(`setup.${setup}`)}</span>
                <span className="mt-0.5 block text-sm text-ink-soft">{t(`setup.${setup}_text`)}</span>
              </span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}
