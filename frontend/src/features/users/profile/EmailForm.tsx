import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { Button } from "~/components/Button";
import { Field, Input } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { api, unwrap } from "~/lib/api/client";
import { setServerErrors } from "~/lib/forms/setServerErrors";
import { PasswordInput } from "../PasswordInput";
import { accountRules } from "../rules";
import { useTexts } from "../texts";

const EMPTY = { email: "", current_password: "" };

/** Changes the e-mail address, once the link that is sent to the new one is used. */
export function EmailForm() {
  const t = useTexts();
  const [failure, setFailure] = useState<string | null>(null);
  const [sentTo, setSentTo] = useState<string | null>(null);
  const rules = accountRules(t);
  const form = useForm({
    resolver: zodResolver(z.object({ email: rules.email, current_password: rules.givenPassword })),
    defaultValues: EMPTY,
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async (body) => {
    setFailure(null);
    setSentTo(null);
    try {
      await unwrap(api.POST("/api/auth/email", { body }));
      form.reset(EMPTY);
      setSentTo(body.email);
    } catch (error) {
      setFailure(setServerErrors(error, form));
    }
  });

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-5">
      {failure && <Notice tone="danger">{failure}</Notice>}
      {sentTo && <Notice tone="good">{t("profile.email_sent", { email: sentTo })}</Notice>}
      <Field label={t("profile.email_new")} error={errors.email?.message}>
        {(field) => (
          <Input
            type="email"
            inputMode="email"
            autoComplete="email"
            autoCapitalize="none"
            {...field}
            {...form.register("email")}
          />
        )}
      </Field>
      <Field label={t("profile.password_current")} error={errors.current_password?.message}>
        {(field) => (
          <PasswordInput autoComplete="current-password" {...field} {...form.register("current_password")} />
        )}
      </Field>
      <Button type="submit" variant="secondary" isBusy={isSubmitting} className="self-end">
        {t("profile.email_change")}
      </Button>
    </form>
  );
}
