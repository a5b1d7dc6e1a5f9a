import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, useState } from "react";
import { Input } from "~/components/Field";
import { useTexts } from "./texts";

/** A password input with a button to reveal it. */
export function PasswordInput(props: ComponentProps<"input">) {
  const t = useTexts();
  const [isShown, setShown] = useState(false);
  const Icon = isShown ? EyeOff : Eye;
  return (
    <div className="relative">
      <Input {...props} type={isShown ? "text" : "password"} className="pr-12" />
      <button
        type="button"
        aria-pressed={isShown}
        aria-label={t(isShown ? "password.hide" : "password.show")}
        onClick={() => setShown(!isShown)}
        className="absolute inset-y-0 right-0 inline-flex w-11 items-center justify-center rounded-control text-ink-faint hover:text-ink"
      >
        <Icon aria-hidden className="size-[18px]" />
      </button>
    </div>
  );
}
