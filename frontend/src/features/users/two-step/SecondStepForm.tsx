import { useEffect, useState } from "react";
import { useForm } from "react-hook-form";
import { Button } from "~/components/Button";
import { Notice } from "~/components/Notice";
import { api, unwrap } from "~/lib/api/client";
import { isProblem } from "~/lib/api/problem";
import { type Me, signIn } from "~/lib/auth/me";
import { setServerErrors } from "~/lib/forms/setServerErrors";
import { loadOffsets } from "~/lib/time/offsets";
import { CodeField, KindSwitch } from "./CodeField";
import { useTwoStepTexts } from "./texts";

type Props = {
  email: string;
  /** What the right password has brought. */
  challenge: string;
  onDone: (me: Me) => void | Promise<void>;
  /** Back to the password; with a sentence if the challenge does not work anymore. */
  onBack: (failure: string | null) => void;
};

/** The second step of a sign-in: a code. */
export default function SecondStepForm({ email, challenge, onDone, onBack }: Props) {
  const t = useTwoStepTexts();
  const [failure, setFailure] = useState<string | null>(null);
  const [isRecovery, setRecovery] = useState(false);
  const form = useForm({ defaultValues: { code: "" } });
  const { errors, isSubmitting } = form.formState;
  const { setFocus } = form;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another kind has another field
  useEffect(() => {
    setFocus("code");
  }, [setFocus, isRecovery]);

  const submit = form.handleSubmit(async ({ code }) => {
    setFailure(null);
    try {
      const body = { challenge, code, use_cookie: true };
      const { access, user } = await unwrap(api.POST("/api/auth/login/second-factor", { body }));
      await loadOffsets(user.time_zone);
      signIn(access, user);
      await onDone(user);
    } catch (error) {
      if (isProblem(error, "bad_challenge")) onBack(t("sign_in.over"));
      else {
        setFailure(setServerErrors(error, form));
        form.setFocus("code", { shouldSelect: true });
      }
    }
  });

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-5">
      <div>
        <h2 className="text-lg font-semibold">{t("sign_in.title")}</h2>
        <p className="mt-1 break-words text-sm text-ink-soft">{t("sign_in.text", { email })}</p>
      </div>
      {failure && <Notice tone="danger">{failure}</Notice>}
      <CodeField
        isRecovery={isRecovery}
        error={errors.code?.message}
        {...form.register("code", { required: t("code.needed") })}
      />
      <KindSwitch
        isRecovery={isRecovery}
        onSwitch={() => {
          form.reset();
          setRecovery(!isRecovery);
        }}
      />
      <Button type="submit" size="lg" isBusy={isSubmitting}>
        {t("sign_in.submit")}
      </Button>
      <Button variant="quiet" onClick={() => onBack(null)}>
        {t("sign_in.back")}
      </Button>
    </form>
  );
}
