import { GraduationCap, Presentation } from "lucide-react";
import type { UseFormRegisterReturn } from "react-hook-form";
import { useTexts } from "./texts";

const ROLES = [
  { value: "user", icon: GraduationCap, title: "register.book", text: "register.book_text" },
  { value: "creator", icon: Presentation, title: "register.teach", text: "register.teach_text" },
] as const;

/** Learner or creator, as two cards. */
export function RoleChoice({ field }: { field: UseFormRegisterReturn }) {
  const t = useTexts();
  return (
    <fieldset>
      <legend className="mb-2 text-sm font-semibold">{t("register.role")}</legend>
      <div className="grid gap-3 sm:grid-cols-2">
        {ROLES.map(({ value, icon: Icon, title, text }) => (
          <label
            key={value}
            className="relative flex cursor-pointer gap-3 rounded-card border border-line-strong/60 p-4 transition-colors hover:border-line-strong has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent sm:flex-col"
          >
            <input type="radio" value={value} className="peer sr-only" {...field} />
            <span
              aria-hidden
              className="absolute -inset-px rounded-card border border-transparent peer-checked:border-accent peer-checked:bg-accent-soft"
            />
            <Icon aria-hidden className="relative size-6 shrink-0 text-accent" />
            <span className="relative">
              <span className="block font-semibold">{t(title)}</span>
              <span className="mt-0.5 block text-sm text-ink-soft">{t(text)}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
