import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Suspense, useEffect, useRef, useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { Button } from "~/components/Button";
import { Field, Input } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { Skeleton } from "~/components/Skeleton";
import { api, unwrap } from "~/lib/api/client";
import { marketplaceQuery } from "~/lib/api/marketplace";
import { isProblem } from "~/lib/api/problem";
import { type Me, signIn } from "~/lib/auth/me";
import { setServerErrors } from "~/lib/forms/setServerErrors";
import { lazyWithRetry } from "~/lib/lazyWithRetry";
import { loadOffsets } from "~/lib/time/offsets";
import { PasswordInput } from "./PasswordInput";
import { useTexts } from "./texts";

const SecondStepForm = lazyWithRetry(() => import("./two-step/SecondStepForm"));
const PasskeySignIn = lazyWithRetry(() => import("./passkeys/PasskeySignIn"));

export type Credentials = { email: string; password: string };

type Props = {
  /** Known values, which replace what was typed; focus goes to the first empty field. */
  prefilled?: Credentials;
  /** The same for the e-mail address when the form appears, which then takes the focus. */
  initialEmail?: string;
  /** Remembers the e-mail address for another form. */
  onEmail?: (email: string) => void;
  submitText?: string;
  onDone: (me: Me) => void | Promise<void>;
};

/** E-mail and password, or a passkey. */
export function SignInForm({ prefilled, initialEmail, onEmail, submitText, onDone }: Props) {
  const t = useTexts();
  const [failure, setFailure] = useState<string | null>(null);
  const [challenge, setChallenge] = useState<string | null>(null);
  const rules = z.object({
    email: z
      .string()
      .trim()
      .min(1, t("rules.needed"))
      .regex(/^\S+@\S+$/, t("rules.email")),
    password: z.string().min(1, t("rules.needed")),
  });
  const form = useForm<Credentials>({
    resolver: zodResolver(rules),
    values: prefilled,
    defaultValues: { email: initialEmail ?? "", password: "" },
  });
  const { errors, isSubmitting } = form.formState;
  const { setFocus } = form;

  const { data } = useQuery(marketplaceQuery);
  const button = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (prefilled?.password) button.current?.focus();
    else if (prefilled?.email) setFocus("password");
  }, [prefilled, setFocus]);

  const [focused] = useState<keyof Credentials | null>(
    initialEmail === undefined ? null : initialEmail ? "password" : "email",
  );
  useEffect(() => {
    if (focused) setFocus(focused);
  }, [focused, setFocus]);

  const submit = form.handleSubmit(async (credentials) => {
    setFailure(null);
    try {
      const { access, user } = await unwrap(
        api.POST("/api/auth/login", { body: { ...credentials, use_cookie: true } }),
      );
      await loadOffsets(user.time_zone);
      signIn(access, user);
      await onDone(user);
    } catch (error) {
      if (isProblem(error, "second_factor_required")) setChallenge(error.challenge);
      else if (isProblem(error, "bad_credentials")) {
        setFailure(t("login.wrong"));
        form.setFocus("password", { shouldSelect: true });
      } else setFailure(setServerErrors(error, form));
    }
  });

  if (challenge !== null)
    return (
      <Suspense fallback={<Skeleton className="h-72" />}>
        <SecondStepForm
          email={form.getValues("email")}
          challenge={challenge}
          onDone={onDone}
          onBack={(why) => {
            setChallenge(null);
            setFailure(why);
            form.setValue("password", "");
          }}
        />
      </Suspense>
    );

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
            {...form.register("email", { onChange: ({ target }) => onEmail?.(target.value) })}
          />
        )}
      </Field>
      <Field label={t("fields.password")} error={errors.password?.message}>
        {(field) => (
          <PasswordInput autoComplete="current-password" {...field} {...form.register("password")} />
        )}
      </Field>
      {data?.sends_mail && (
        <Link
          to="/forgot-password"
          className="self-end text-sm font-semibold text-accent underline-offset-4 hover:underline"
        >
          {t("login.forgot")}
        </Link>
      )}
      <Button ref={button} type="submit" size="lg" isBusy={isSubmitting}>
        {submitText ?? t("login.submit")}
      </Button>
      {data?.has_passkeys && "PublicKeyCredential" in window && (
        <Suspense fallback={<div className="h-21" />}>
          <PasskeySignIn onDone={onDone} />
        </Suspense>
      )}
    </form>
  );
}
