import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";
import { Button } from "~/components/Button";
import { Field, Input } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { queryKeys } from "~/lib/api/queryKeys";
import type { Me } from "~/lib/auth/me";
import { setServerErrors } from "~/lib/forms/setServerErrors";
import { signInByCode, takeChallenge } from "./signInHere";
import { useProviderTexts } from "./texts";

/** Asks for the code of a second factor after another service has proved the first. */
export function SecondStep({ onDone }: { onDone: (me: Me) => void }) {
  const t = useProviderTexts();
  const [failure, setFailure] = useState<string | null>(null);
  // it is handed out once
  const { data, error } = useQuery({
    queryKey: queryKeys.challenge,
    queryFn: takeChallenge,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnReconnect: false,
  });
  const form = useForm({
    resolver: zodResolver(z.object({ code: z.string().trim().min(1, t("second_factor.needed")) })),
    defaultValues: { code: "" },
  });
  const { errors, isSubmitting } = form.formState;
  if (error)
    return (
      <Notice tone="danger" className="mb-6">
        {t("second_factor.again")}
      </Notice>
    );

  const submit = form.handleSubmit(async ({ code }) => {
    if (!data) return;
    setFailure(null);
    try {
      onDone(await signInByCode(data.challenge, code));
    } catch (problem) {
      setFailure(setServerErrors(problem, form));
      form.setFocus("code", { shouldSelect: true });
    }
  });

  return (
    <form noValidate onSubmit={submit} className="mb-6 flex flex-col gap-5">
      <div>
        <h2 className="font-semibold text-lg">{t("second_factor.title")}</h2>
        <p className="text-ink-soft text-sm">{t("second_factor.intro")}</p>
      </div>
      {failure && <Notice tone="danger">{failure}</Notice>}
      <Field label={t("second_factor.code")} error={errors.code?.message}>
        {(field) => <Input autoComplete="one-time-code" autoFocus {...field} {...form.register("code")} />}
      </Field>
      <Button type="submit" size="lg" isBusy={isSubmitting}>
        {t("second_factor.submit")}
      </Button>
    </form>
  );
}
