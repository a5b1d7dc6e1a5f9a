import { zodResolver } from "@hookform/resolvers/zod";
import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { z } from "zod";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Field, Input } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { api, unwrap } from "~/lib/api/client";
import { setServerErrors } from "~/lib/forms/setServerErrors";
import type { Passkey } from "./PasskeyRow";
import { passkeysQuery } from "./queries";
import { usePasskeyTexts } from "./texts";

export function RenameDialog({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const t = usePasskeyTexts();
  const { t: common } = useTranslation();
  const client = useQueryClient();
  const formId = useId();
  const [failure, setFailure] = useState<string | null>(null);
  const form = useForm({
    resolver: zodResolver(z.object({ name: z.string().trim().min(1, t("rename.needed")) })),
    defaultValues: { name: passkey.name },
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async (body) => {
    setFailure(null);
    try {
      const path = { passkey_id: passkey.id };
      await unwrap(api.PATCH("/api/auth/passkeys/{passkey_id}", { params: { path }, body }));
      await client.invalidateQueries({ queryKey: passkeysQuery.queryKey });
      toast.success(t("rename.done"));
      onClose();
    } catch (error) {
      setFailure(setServerErrors(error, form));
    }
  });

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("rename.title")}
      footer={
        <>
          <Button variant="secondary" onClick={onClose}>
            {common("actions.back")}
          </Button>
          <Button type="submit" form={formId} isBusy={isSubmitting}>
            {t("rename.save")}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-5">
        {failure && <Notice tone="danger">{failure}</Notice>}
        <Field label={t("rename.name")} error={errors.name?.message}>
          {(field) => <Input autoComplete="off" {...field} {...form.register("name")} />}
        </Field>
      </form>
    </Dialog>
  );
}
