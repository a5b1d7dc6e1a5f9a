import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { type Control, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { z } from "zod";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Field, Input } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { AboutFields } from "~/features/users/profile/AboutFields";
import { accountRules } from "~/features/users/rules";
import { useTexts as useUserTexts } from "~/features/users/texts";
import { userChangeLimits } from "~/lib/api/limits";
import { refetchUserData } from "~/lib/auth/me";
import { setServerErrors } from "~/lib/forms/setServerErrors";
import { useTexts } from "../texts";
import { type AccountDetails, changeAccount } from "./queries";

/** Edits names and e-mail of an account, and what it says about itself. Sends only changed fields. */
export function EditAccountDialog({ account, onClose }: { account: AccountDetails; onClose: () => void }) {
  const t = useTexts();
  const words = useUserTexts();
  const { t: common } = useTranslation();
  const [failure, setFailure] = useState<string | null>(null);
  const rules = accountRules(words);
  const { first_name, last_name, username, email, bio, languages } = account;
  const before = { first_name, last_name, username, email, bio, languages };
  const form = useForm({
    resolver: zodResolver(
      z.object({
        first_name: rules.name,
        last_name: rules.name,
        username: rules.username,
        email: rules.email,
        bio: rules.bio,
        languages: z.array(z.string()),
        reason: z.string().trim().max(userChangeLimits.reason.maxLength),
      }),
    ),
    mode: "onTouched",
    defaultValues: { ...before, reason: "" },
  });
  const { errors, isSubmitting, dirtyFields } = form.formState;
  const isChanged = Object.keys(dirtyFields).some((name) => name !== "reason");

  const submit = form.handleSubmit(async ({ reason, ...facts }) => {
    setFailure(null);
    const changed = Object.entries(facts).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof typeof facts]),
    );
    try {
      await changeAccount(account.id, Object.fromEntries(changed), reason);
      await refetchUserData();
      toast.success(t("users.saved"));
      onClose();
    } catch (error) {
      setFailure(setServerErrors(error, form));
    }
  });

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("users.edit")}
      footer={
        <>
          <Button variant="secondary" onClick={onClose}>
            {common("actions.back")}
          </Button>
          <Button isBusy={isSubmitting} disabled={!isChanged} onClick={() => void submit()}>
            {common("actions.save")}
          </Button>
        </>
      }
    >
      <form noValidate onSubmit={submit} className="flex flex-col gap-5">
        {failure && <Notice tone="danger">{failure}</Notice>}
        <div className="grid gap-5 sm:grid-cols-2">
          <Field label={words("fields.first_name")} isOptional error={errors.first_name?.message}>
            {(field) => <Input {...field} {...form.register("first_name")} />}
          </Field>
          <Field label={words("fields.last_name")} isOptional error={errors.last_name?.message}>
            {(field) => <Input {...field} {...form.register("last_name")} />}
          </Field>
        </div>
        <Field label={words("fields.username")} error={errors.username?.message}>
          {(field) => <Input autoComplete="off" {...field} {...form.register("username")} />}
        </Field>
        <Field label={words("fields.email")} hint={t("users.email_hint")} error={errors.email?.message}>
          {(field) => <Input type="email" autoComplete="off" {...field} {...form.register("email")} />}
        </Field>
        <AboutFields control={form.control as unknown as Control<AboutFields>} />
        <Field
          label={t("step.reason")}
          hint={t("step.reason_hint")}
          isOptional
          error={errors.reason?.message}
        >
          {(field) => <Input {...field} {...form.register("reason")} />}
        </Field>
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
