import { useEffect, useId, useState } from "react";
import { useForm } from "react-hook-form";
import { Button } from "~/components/Button";
import { CONTROL } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { api, type Schema, unwrap } from "~/lib/api/client";
import { cn } from "~/lib/cn";
import { setServerErrors } from "~/lib/forms/setServerErrors";
import { CodeField } from "./CodeField";
import { useTwoStepTexts } from "./texts";

type Props = {
  setup: Schema<"SecondFactorSetupOut">;
  /** With the recovery codes. */
  onDone: (codes: string[]) => void;
  onCancel: () => void;
};

/** Shows the secret for an authenticator app, and asks for a code of it. */
export function SetUp({ setup, onDone, onCancel }: Props) {
  const t = useTwoStepTexts();
  const secretId = useId();
  const [failure, setFailure] = useState<string | null>(null);
  const form = useForm({ defaultValues: { code: "" } });
  const { errors, isSubmitting } = form.formState;
  const { setFocus } = form;
  useEffect(() => {
    setFocus("code");
  }, [setFocus]);

  const submit = form.handleSubmit(async (body) => {
    setFailure(null);
    try {
      const { recovery_codes } = await unwrap(api.POST("/api/auth/second-factor/confirm", { body }));
      onDone(recovery_codes);
    } catch (error) {
      setFailure(setServerErrors(error, form));
    }
  });

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-5">
      {failure && <Notice tone="danger">{failure}</Notice>}
      <p className="text-sm">{t("setup.scan")}</p>
      <img
        src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(setup.picture)}`}
        alt={t("setup.picture")}
        width={200}
        height={200}
        className="size-50 self-center rounded-control bg-white"
      />
      <div className="flex flex-col gap-1.5">
        <p className="text-sm">{t("setup.type")}</p>
        <label htmlFor={secretId} className="sr-only">
          {t("setup.secret")}
        </label>
        <textarea
          id={secretId}
          readOnly
          rows={2}
          translate="no"
          value={setup.secret.replace(/(.{4})(?=.)/g, "$1 ")}
          onFocus={({ target }) => target.select()}
          className={cn(CONTROL, "resize-none py-2.5 font-mono")}
        />
        <a
          href={setup.address}
          className="min-h-6 self-start text-sm font-semibold text-accent underline-offset-4 hover:underline"
        >
          {t("setup.open")}
        </a>
      </div>
      <CodeField
        hint={t("setup.confirm")}
        error={errors.code?.message}
        {...form.register("code", { required: t("code.needed") })}
      />
      <div className="flex flex-wrap justify-end gap-3">
        <Button variant="secondary" onClick={onCancel}>
          {t("setup.cancel")}
        </Button>
        <Button type="submit" isBusy={isSubmitting}>
          {t("setup.submit")}
        </Button>
      </div>
    </form>
  );
}
