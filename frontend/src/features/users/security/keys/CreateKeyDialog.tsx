import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { Controller, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Field, Input, Select } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { apiKeyLimits } from "~/lib/api/limits";
import { queryKeys } from "~/lib/api/queryKeys";
import { setServerErrors } from "~/lib/forms/setServerErrors";
import { createKey, type KeyScope, LIFETIMES, type NewApiKey, SCOPES } from "./keys";
import { NewKeyDialog } from "./NewKeyDialog";
import { ScopesField } from "./ScopesField";
import { useKeyTexts } from "./texts";

const DEFAULT_DAYS = 90;
const MAX_NAME = apiKeyLimits.name.maxLength;
type Values = { name: string; scopes: KeyScope[]; days: number };

/** Creates a key, and then shows it once. */
export function CreateKeyDialog({ isCreator, onClose }: { isCreator: boolean; onClose: () => void }) {
  const t = useKeyTexts();
  const { t: common } = useTranslation();
  const client = useQueryClient();
  const formId = useId();
  const [failure, setFailure] = useState<string | null>(null);
  const [created, setCreated] = useState<NewApiKey | null>(null);
  const form = useForm<Values>({
    resolver: zodResolver(
      z.object({
        name: z
          .string()
          .trim()
          .min(1, t("name_needed"))
          .max(MAX_NAME, t("name_long", { count: MAX_NAME })),
        scopes: z.array(z.enum(SCOPES)).min(1, t("scopes_needed")),
        days: z.coerce.number<number>(),
      }),
    ),
    defaultValues: { name: "", scopes: ["read"], days: DEFAULT_DAYS },
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async ({ name, scopes, days }) => {
    setFailure(null);
    try {
      setCreated(await createKey(name, scopes, days));
      void client.invalidateQueries({ queryKey: queryKeys.apiKeys });
    } catch (error) {
      setFailure(setServerErrors(error, form, { expires_at: "days" }));
    }
  });

  if (created) return <NewKeyDialog apiKey={created} onClose={onClose} />;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("create_title")}
      description={t("create_text")}
      footer={
        <>
          <Button variant="secondary" onClick={onClose}>
            {common("actions.back")}
          </Button>
          <Button type="submit" form={formId} isBusy={isSubmitting}>
            {t("do_create")}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-5">
        {failure && <Notice tone="danger">{failure}</Notice>}
        <Field label={t("name")} hint={t("name_hint")} error={errors.name?.message}>
          {(field) => <Input autoComplete="off" {...field} {...form.register("name")} />}
        </Field>
        <Controller
          control={form.control}
          name="scopes"
          render={({ field, fieldState: { error } }) => (
            <ScopesField
              scopes={SCOPES.filter((scope) => isCreator || scope !== "sessions:write")}
              value={field.value}
              onChange={field.onChange}
              error={error?.message}
            />
          )}
        />
        <Field label={t("expires")} error={errors.days?.message}>
          {(field) => (
            <Select {...field} {...form.register("days")}>
              {LIFETIMES.map((days) => (
                <option key={days} value={days}>
                  {t("expires_in", { count: days })}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </form>
    </Dialog>
  );
}
