import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { toast } from "sonner";
import { z } from "zod";
import { Button } from "~/components/Button";
import { Field } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { api, unwrap } from "~/lib/api/client";
import type { Me } from "~/lib/auth/me";
import { setServerErrors } from "~/lib/forms/setServerErrors";
import { PasswordInput } from "../PasswordInput";
import { accountRules } from "../rules";
import { StrengthMeter } from "../StrengthMeter";
import { useTexts } from "../texts";
import { useSecurityTexts } from "./texts";

const EMPTY = { current_password: "", new_password: "" };

/** Changes the password. Ends every other login. */
export function PasswordForm({ me }: { me: Me }) {
  const t = useTexts();
  const security = useSecurityTexts();
  const [failure, setFailure] = useState<string | null>(null);
  const rules = accountRules(t);
  const form = useForm({
    resolver: zodResolver(
      z.object({ current_password: rules.givenPassword, new_password: rules.newPassword }),
    ),
    defaultValues: EMPTY,
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async (passwords) => {
    setFailure(null);
    try {
      await unwrap(api.POST("/api/auth/password", { body: passwords }));
      form.reset(EMPTY);
      toast.success(security("password.changed"));
    } catch (error) {
      setFailure(setServerErrors(error, form));
    }
  });

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-5">
      {failure && <Notice tone="danger">{failure}</Notice>}
      {/* tells password managers which account this is */}
      <input type="email" autoComplete="username" value={me.email} readOnly hidden />
      <Field label={t("profile.password_current")} error={errors.current_password?.message}>
        {(field) => (
          <PasswordInput autoComplete="current-password" {...field} {...form.register("current_password")} />
        )}
      </Field>
      <Field
        label={t("profile.password_new")}
        hint={<StrengthMeter password={form.watch("new_password")} />}
        error={errors.new_password?.message}
      >
        {(field) => (
          <PasswordInput autoComplete="new-password" {...field} {...form.register("new_password")} />
        )}
      </Field>
      <Button type="submit" variant="secondary" isBusy={isSubmitting} className="self-end">
        {security("password.change")}
      </Button>
    </form>
  );
}
