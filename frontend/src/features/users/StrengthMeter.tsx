import { useQuery } from "@tanstack/react-query";
import { cn } from "~/lib/cn";
import { commonPasswordsQuery } from "./commonPasswords";
import { MIN_PASSWORD, passwordStrength, type Strength } from "./strength";
import { useTexts } from "./texts";

const LEVEL: Record<Strength, number> = { short: 0, common: 1, own: 1, weak: 1, fair: 2, good: 3, strong: 4 };
const COLOUR = ["bg-line", "bg-danger", "bg-warn", "bg-good", "bg-good"];

/** Rates a new password; `names` are what it must not be, such as the e-mail address. */
export function StrengthMeter({ password, names = [] }: { password: string; names?: string[] }) {
  const t = useTexts();
  const { data: common } = useQuery({ ...commonPasswordsQuery, enabled: password !== "" });
  const strength = passwordStrength(password, { common, names });
  // a password that the server may refuse as too common gets no good rating
  if (!password || !strength) return <span>{t("password.hint")}</span>;
  const level = LEVEL[strength];
  const missing = MIN_PASSWORD - [...password].length;
  return (
    <span className="flex items-center gap-3">
      <span aria-hidden className="flex w-32 gap-1">
        {[1, 2, 3, 4].map((step) => (
          <span
            key={step}
            className={cn("h-1 flex-1 rounded-full", step <= level ? COLOUR[level] : "bg-line")}
          />
        ))}
      </span>
      <span aria-live="polite">
        <span className="sr-only">{t("password.strength")}: </span>
        <span>
          {strength === "short" ? t("password.short", { count: missing }) : t(`password.${strength}`)}
        </span>
      </span>
    </span>
  );
}
