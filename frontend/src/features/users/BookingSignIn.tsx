import { type ReactElement, Suspense, useState } from "react";
import { Dialog } from "~/components/Dialog";
import { Notice } from "~/components/Notice";
import type { Me } from "~/lib/auth/me";
import { useNext } from "~/lib/auth/useNext";
import { lazyWithRetry } from "~/lib/lazyWithRetry";
import { QuickRegisterForm } from "./QuickRegisterForm";
import { SignInForm } from "./SignInForm";
import { useTexts } from "./texts";

const ProviderButtons = lazyWithRetry(() => import("./providers/ProviderButtons"));

type Props = {
  /** What is booked after signing in. */
  summary: ReactElement | null;
  onDone: (me: Me) => void;
  onClose: () => void;
};

/** Signs in or registers over the page that books. */
export default function BookingSignIn({ summary, onDone, onClose }: Props) {
  const t = useTexts();
  const { next } = useNext();
  const [isNew, setNew] = useState(false);
  const [email, setEmail] = useState("");
  const [isMade, setMade] = useState(false);
  const title = t(isNew ? "booking.register_title" : "booking.title");
  return (
    <Dialog isOpen onClose={onClose} title={title}>
      <div className="flex flex-col gap-5">
        {summary}
        {isMade && <Notice tone="good">{t("register.made")}</Notice>}
        {isNew ? (
          <QuickRegisterForm
            email={email}
            onEmail={setEmail}
            onDone={onDone}
            onMade={() => {
              setMade(true);
              setNew(false);
            }}
          />
        ) : (
          <SignInForm
            submitText={t("booking.sign_in")}
            initialEmail={email}
            onEmail={setEmail}
            onDone={onDone}
          />
        )}
        <Suspense fallback={null}>
          <ProviderButtons next={next} isAfterSignIn={!isNew} />
        </Suspense>
        <p className="text-center text-sm text-ink-soft">
          <span>{t(isNew ? "register.have_one" : "login.new_here")}</span>{" "}
          <button
            type="button"
            onClick={() => setNew(!isNew)}
            className="min-h-6 font-semibold text-accent underline-offset-4 hover:underline"
          >
            {t(isNew ? "register.sign_in" : "login.create")}
          </button>
        </p>
      </div>
    </Dialog>
  );
}
