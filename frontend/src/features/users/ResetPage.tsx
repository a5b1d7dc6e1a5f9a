import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, Link2Off } from "lucide-react";
import { useEffect, useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { Button, buttonClass } from "~/components/Button";
import { Card } from "~/components/Card";
import { EmptyState } from "~/components/EmptyState";
import { Field } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { Page, useTitle } from "~/components/Page";
import { api, unwrap } from "~/lib/api/client";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { isProblem } from "~/lib/api/problem";
import { setServerErrors } from "~/lib/forms/setServerErrors";
import { PasswordInput } from "./PasswordInput";
import { accountRules } from "./rules";
import { StrengthMeter } from "./StrengthMeter";
import { useTexts } from "./texts";

/** Sets a new password with a link from the staff or a mail. The token is in the URL fragment and is removed from it at once. */
export function ResetPage() {
  const t = useTexts();
  const [token] = useState(() => location.hash.slice(1));
  const [state, setState] = useState<"asked" | "done" | "dead">(token ? "asked" : "dead");
  useEffect(() => void history.replaceState(history.state, "", location.pathname), []);
  if (state !== "asked") return <ResetOutcome isDone={state === "done"} />;
  return (
    <Page title={t("reset.title")} intro={t("reset.intro")} width="narrow">
      <Card className="p-5 sm:p-7">
        <ResetForm token={token} onDone={() => setState("done")} onDead={() => setState("dead")} />
      </Card>
    </Page>
  );
}

function ResetForm({
  token,
  onDone,
  onDead: onInvalidToken,
}: {
  token: string;
  onDone: () => void;
  onDead: () => void;
}) {
  const t = useTexts();
  const [failure, setFailure] = useState<string | null>(null);
  const form = useForm({
    resolver: zodResolver(z.object({ new_password: accountRules(t).newPassword })),
    defaultValues: { new_password: "" },
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async ({ new_password }) => {
    setFailure(null);
    try {
      await unwrap(api.POST("/api/auth/password-reset", { body: { token, new_password } }));
      onDone();
    } catch (error) {
      if (isProblem(error, "bad_reset_token") || (isProblem(error) && error.errors.token)) onInvalidToken();
      else setFailure(setServerErrors(error, form));
    }
  });

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-5">
      {failure && <Notice tone="danger">{failure}</Notice>}
      <Field
        label={t("profile.password_new")}
        hint={<StrengthMeter password={form.watch("new_password")} />}
        error={errors.new_password?.message}
      >
        {(field) => (
          <PasswordInput autoComplete="new-password" {...field} {...form.register("new_password")} />
        )}
      </Field>
      <Button type="submit" size="lg" isBusy={isSubmitting}>
        {t("reset.submit")}
      </Button>
    </form>
  );
}

function ResetOutcome({ isDone }: { isDone: boolean }) {
  const t = useTexts();
  const { data } = useQuery(marketplaceQuery);
  const sendsMail = data?.sends_mail ?? false;
  const title = t(isDone ? "reset.done" : "reset.dead");
  useTitle(title);
  return (
    <EmptyState
      isPage
      icon={isDone ? CircleCheck : Link2Off}
      title={title}
      className="py-24"
      action={
        !isDone && sendsMail ? (
          <Link to="/forgot-password" className={buttonClass()}>
            {t("reset.another")}
          </Link>
        ) : (
          <Link to="/login" className={buttonClass()}>
            {t("login.title")}
          </Link>
        )
      }
    >
      {t(isDone ? "reset.done_text" : sendsMail ? "reset.dead_mail" : "reset.dead_text")}
    </EmptyState>
  );
}
