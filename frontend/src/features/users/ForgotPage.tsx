import { zodResolver } from "@hookform/resolvers/zod";
import { Link } from "@tanstack/react-router";
import { MailCheck } from "lucide-react";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { Button, buttonClass } from "~/components/Button";
import { Card } from "~/components/Card";
import { EmptyState } from "~/components/EmptyState";
import { Field, Input } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { Page, useTitle } from "~/components/Page";
import { api, unwrap } from "~/lib/api/client";
import { setServerErrors } from "~/lib/forms/setServerErrors";
import { accountRules } from "./rules";
import { useTexts } from "./texts";

/** Sends a link that sets a new password. Says the same whether or not an account has the address. */
export function ForgotPage() {
  const t = useTexts();
  const [email, setEmail] = useState<string | null>(null);
  if (email !== null) return <Sent email={email} />;
  return (
    <Page title={t("forgot.title")} intro={t("forgot.intro")} width="narrow">
      <Card className="p-5 sm:p-7">
        <ForgotForm onSent={setEmail} />
      </Card>
    </Page>
  );
}

function ForgotForm({ onSent }: { onSent: (email: string) => void }) {
  const t = useTexts();
  const [failure, setFailure] = useState<string | null>(null);
  const form = useForm({
    resolver: zodResolver(z.object({ email: accountRules(t).email })),
    defaultValues: { email: "" },
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async (body) => {
    setFailure(null);
    try {
      await unwrap(api.POST("/api/auth/forgot-password", { body }));
      onSent(body.email);
    } catch (error) {
      setFailure(setServerErrors(error, form));
    }
  });

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-5">
      {failure && <Notice tone="danger">{failure}</Notice>}
      <Field label={t("fields.email")} error={errors.email?.message}>
        {(field) => (
          <Input
            type="email"
            inputMode="email"
            autoComplete="username"
            autoCapitalize="none"
            {...field}
            {...form.register("email")}
          />
        )}
      </Field>
      <Button type="submit" size="lg" isBusy={isSubmitting}>
        {t("forgot.submit")}
      </Button>
    </form>
  );
}

function Sent({ email }: { email: string }) {
  const t = useTexts();
  useTitle(t("forgot.sent"));
  return (
    <EmptyState
      isPage
      icon={MailCheck}
      title={t("forgot.sent")}
      className="py-24"
      action={
        <Link to="/login" className={buttonClass()}>
          {t("login.title")}
        </Link>
      }
    >
      {t("forgot.sent_text", { email })}
    </EmptyState>
  );
}
