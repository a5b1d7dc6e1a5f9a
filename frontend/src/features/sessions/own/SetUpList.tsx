import { Link } from "@tanstack/react-router";
import { Camera, Check, Clock, Presentation } from "lucide-react";
import { buttonClass } from "~/components/Button";
import { Card } from "~/components/Card";
import { useMe } from "~/lib/auth/me";
import { cn } from "~/lib/cn";
import { useTexts } from "./texts";

const STEPS = [
  { name: "session", icon: Presentation, to: "/creator/sessions/new" },
  { name: "photo", icon: Camera, to: "/profile" },
  { name: "hours", icon: Clock, to: "/creator/hours" },
] as const;

/** What a new creator does first. */
export function SetUpList() {
  const t = useTexts();
  const hasPhoto = Boolean(useMe()?.avatar);
  return (
    <section aria-labelledby="set-up">
      <h2 id="set-up" className="mb-4 text-xl">
        {t("set_up.title")}
      </h2>
      <Card>
        <ol className="divide-y divide-line">
          {STEPS.map(({ name, icon: Icon, to }) => {
            const isDone = name === "photo" && hasPhoto;
            return (
              <li key={name} className="flex flex-wrap items-center gap-x-4 gap-y-3 p-5">
                <span
                  className={cn(
                    "inline-flex size-11 shrink-0 items-center justify-center rounded-full",
                    isDone ? "bg-good-soft text-good" : "bg-accent-soft text-accent",
                  )}
                >
                  {isDone ? (
                    <Check aria-hidden className="size-5" />
                  ) : (
                    <Icon aria-hidden className="size-5" />
                  )}
                </span>
                <div className="min-w-0 flex-1 basis-56">
                  <h3 className="font-semibold">
                    <span>{t(`set_up.${name}`)}</span>{" "}
                    {isDone && <span className="sr-only">{t("steps.done")}</span>}
                  </h3>
                  <p className="mt-0.5 text-sm text-ink-soft">{t(`set_up.${name}_text`)}</p>
                </div>
                {!isDone && (
                  <Link
                    to={to}
                    className={buttonClass(
                      { variant: name === "session" ? "primary" : "secondary" },
                      "max-sm:w-full",
                    )}
                  >
                    {t(`set_up.${name}_do`)}
                  </Link>
                )}
              </li>
            );
          })}
        </ol>
      </Card>
    </section>
  );
}
