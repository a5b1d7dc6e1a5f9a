import { zodResolver } from "@hookform/resolvers/zod";
import { Link, useRouter } from "@tanstack/react-router";
import { Suspense, useState } from "react";
import { useForm } from "react-hook-form";
import { toast } from "sonner";
import { z } from "zod";
import { Button } from "~/components/Button";
import { Card } from "~/components/Card";
import { Field, Input } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { Page } from "~/components/Page";
import { displayName, homeOf } from "~/lib/auth/me";
import { setServerErrors } from "~/lib/forms/setServerErrors";
import { lazyWithRetry } from "~/lib/lazyWithRetry";
import { PasswordInput } from "./PasswordInput";
import { RoleChoice } from "./RoleChoice";
import { register } from "./register";
import { accountRules } from "./rules";
import { StrengthMeter } from "./StrengthMeter";
import { useTexts } from "./texts";

const ProviderButtons = lazyWithRetry(() => import("./providers/ProviderButtons"));

/** Creates an account and signs in. */
export function RegisterPage({ next, role = "user" }: { next?: string; role?: "user" | "creator" }) {
  const t = useTexts();
  const router = useRouter();
  const [failure, setFailure] = useState<string | null>(null);
  const rules = accountRules(t);
  const form = useForm({
    resolver: zodResolver(
      z.object({
        role: z.enum(["user", "creator"]),
        email: rules.email,
        password: rules.newPassword,
        first_name: rules.name,
        last_name: rules.name,
      }),
    ),
    mode: "onTouched",
    defaultValues: {
      role,
      email: "",
      password: "",
      first_name: "",
      last_name: "",
    },
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async (values) => {
    setFailure(null);
    try {
      const me = await register(values);
      if (!me) {
        toast.success(t("register.made"));
        await router.navigate({ to: "/login", search: { next } });
        return;
      }
      toast.success(t("register.welcome", { name: displayName(me) }));
      router.history.replace(next ?? homeOf(me));
    } catch (error) {
      setFailure(setServerErrors(error, form));
    }
  });

  return (
    <Page title={t("register.title")} intro={t("register.intro")} width="narrow">
      <Card className="p-5 sm:p-7">
        <form noValidate onSubmit={submit} className="flex flex-col gap-5">
          {failure && <Notice tone="danger">{failure}</Notice>}
          <RoleChoice field={form.register("role")} />
          <div className="grid gap-5 sm:grid-cols-2">
            <Field label={t("fields.first_name")} isOptional error={errors.first_name?.message}>
              {(field) => <Input autoComplete="given-name" {...field} {...form.register("first_name")} />}
            </Field>
            <Field label={t("fields.last_name")} isOptional error={errors.last_name?.message}>
              {(field) => <Input autoComplete="family-name" {...field} {...form.register("last_name")} />}
            </Field>
          </div>
          <Field label={t("fields.email")} error={errors.email?.message}>
            {(field) => <Input type="email" autoComplete="username" {...field} {...form.register("email")} />}
          </Field>
          <Field
            label={t("fields.password")}
            hint={<StrengthMeter password={form.watch("password")} names={[form.watch("email")]} />}
            error={errors.password?.message}
          >
            {(field) => (
              <PasswordInput autoComplete="new-password" {...field} {...form.register("password")} />
            )}
          </Field>
          <Button type="submit" size="lg" isBusy={isSubmitting}>
            {t("register.submit")}
          </Button>
        </form>
        <Suspense fallback={null}>
          <ProviderButtons next={next} />
        </Suspense>
      </Card>
      <p className="mt-6 text-center text-sm text-ink-soft">
        {t("register.have_one")}{" "}
        <Link
          to="/login"
          search={{ next }}
          className="font-semibold text-accent underline-offset-4 hover:underline"
        >
          {t("register.sign_in")}
        </Link>
      </p>
    </Page>
  );
}
