import { zodResolver } from "@hookform/resolvers/zod";
import { useEffect, useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { Button } from "~/components/Button";
import { Field, Input } from "~/components/Field";
import { Notice } from "~/components/Notice";
import type { Me } from "~/lib/auth/me";
import { setServerErrors } from "~/lib/forms/setServerErrors";
import { PasswordInput } from "./PasswordInput";
import { register } from "./register";
import { accountRules, splitName } from "./rules";
import { StrengthMeter } from "./StrengthMeter";
import { useTexts } from "./texts";

type Props = {
  email: string;
  /** Remembers the e-mail address for the form that signs in. */
  onEmail: (email: string) => void;
  onDone: (me: Me) => void;
  /** The account was created, but signing in failed. */
  onMade: () => void;
};

/** Creates a learner's account with a name, an e-mail address and a password, and signs in. */
export function QuickRegisterForm({ email, onEmail, onDone, onMade }: Props) {
  const t = useTexts();
  const [failure, setFailure] = useState<string | null>(null);
  const rules = accountRules(t);
  const form = useForm({
    resolver: zodResolver(
      z.object({ name: rules.fullName, email: rules.email, password: rules.newPassword }),
    ),
    mode: "onTouched",
    defaultValues: { name: "", email, password: "" },
  });
  const { errors, isSubmitting } = form.formState;
  const { setFocus } = form;
  useEffect(() => void setFocus("name"), [setFocus]);

  const submit = form.handleSubmit(async ({ name, ...credentials }) => {
    setFailure(null);
    onEmail(credentials.email);
    try {
      const me = await register({ ...credentials, ...splitName(name), role: "user" });
      if (me) onDone(me);
      else onMade();
    } catch (error) {
      setFailure(setServerErrors(error, form, { first_name: "name", last_name: "name" }));
    }
  });

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-5">
      {failure && <Notice tone="danger">{failure}</Notice>}
      <Field label={t("fields.name")} error={errors.name?.message}>
        {(field) => <Input autoComplete="name" {...field} {...form.register("name")} />}
      </Field>
      <Field label={t("fields.email")} error={errors.email?.message}>
        {(field) => (
          <Input
            type="email"
            inputMode="email"
            autoComplete="username"
            autoCapitalize="none"
            {...field}
            {...form.register("email", { onChange: ({ target }) => onEmail(target.value) })}
          />
        )}
      </Field>
      <Field
        label={t("fields.password")}
        hint={<StrengthMeter password={form.watch("password")} names={[form.watch("email")]} />}
        error={errors.password?.message}
      >
        {(field) => <PasswordInput autoComplete="new-password" {...field} {...form.register("password")} />}
      </Field>
      <Button type="submit" size="lg" isBusy={isSubmitting}>
        {t("booking.register")}
      </Button>
    </form>
  );
}
