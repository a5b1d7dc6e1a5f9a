import { useEffect, useState } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Field } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { api, unwrap } from "~/lib/api/client";
import { isProblem } from "~/lib/api/problem";
import { useMe } from "~/lib/auth/me";
import { stepUp } from "~/lib/auth/stepUp";
import { setServerErrors } from "~/lib/forms/setServerErrors";
import { PasswordInput } from "../PasswordInput";
import { canUsePasskeys } from "../passkeys/credentials";
import { PasskeyProof } from "../passkeys/PasskeyProof";
import { ProviderProof } from "../providers/ProviderProof";
import { CodeField, KindSwitch } from "./CodeField";
import { useTwoStepTexts } from "./texts";

/** Asks for the password, a passkey, a sign-in at a connected service, or a code where two-step sign-in is on, over whatever page a request waits on. */
export default function StepUpDialog({ methods }: { methods: readonly string[] }) {
  const t = useTwoStepTexts();
  const { t: common } = useTranslation();
  const me = useMe();
  const [failure, setFailure] = useState<string | null>(null);
  const [isRecovery, setRecovery] = useState(false);
  const form = useForm({ defaultValues: { password: "", code: "" } });
  const { errors, isSubmitting } = form.formState;
  const byCode = methods.includes("totp");
  const byPassword = !byCode && methods.includes("password");
  const byProvider = methods.includes("provider");
  const byPasskey = methods.includes("passkey") && canUsePasskeys();

  const submit = form.handleSubmit(async ({ password, code }) => {
    setFailure(null);
    try {
      const body = byCode ? { code } : { password };
      await unwrap(api.POST("/api/auth/reauthenticate", { body }));
      stepUp.settle(true);
    } catch (error) {
      if (isProblem(error, "bad_credentials")) setFailure(t("step_up.wrong_password"));
      else setFailure(setServerErrors(error, form));
      form.setFocus(byCode ? "code" : "password", { shouldSelect: true });
    }
  });

  return (
    <Dialog
      isOpen
      onClose={() => stepUp.settle(false)}
      title={t("step_up.title")}
      description={t("step_up.text")}
      footer={
        <>
          <Button variant="secondary" onClick={() => stepUp.settle(false)}>
            {common("actions.back")}
          </Button>
          {(byCode || byPassword) && (
            <Button type="submit" form="step-up" isBusy={isSubmitting}>
              {t("step_up.submit")}
            </Button>
          )}
        </>
      }
    >
      <form
        id="step-up"
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          // React passes it on to the form that the dialog was opened from
          event.stopPropagation();
          void submit(event);
        }}
      >
        {failure && <Notice tone="danger">{failure}</Notice>}
        {byPassword && (
          <>
            {/* tells password managers which account this is */}
            <input type="email" autoComplete="username" value={me?.email ?? ""} readOnly hidden />
            <Field label={t("step_up.password")} error={errors.password?.message}>
              {(field) => (
                <PasswordInput
                  autoComplete="current-password"
                  {...field}
                  {...form.register("password", { required: t("step_up.password_needed") })}
                />
              )}
            </Field>
          </>
        )}
        {byCode && (
          <>
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
          </>
        )}
        {(byCode || byPassword) && (
          <FocusOnce
            key={isRecovery ? "recovery" : "first"}
            focus={() => form.setFocus(byCode ? "code" : "password")}
          />
        )}
        {byProvider && <ProviderProof />}
        {byPasskey && (
          <PasskeyProof separator={byCode || byPassword || byProvider} onDone={() => stepUp.settle(true)} />
        )}
        {!byCode && !byPassword && !byProvider && !byPasskey && (
          <p className="text-sm">{t("step_up.none")}</p>
        )}
      </form>
    </Dialog>
  );
}

/** Moves the focus as soon as the dialog has its fields, before the dialog does. */
function FocusOnce({ focus }: { focus: () => void }) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when it appears
  useEffect(focus, []);
  return null;
}
