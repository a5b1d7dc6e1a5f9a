import { zodResolver } from "@hookform/resolvers/zod";
import { useEffect, useState } from "react";
import { type Control, Controller, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { z } from "zod";
import { Button } from "~/components/Button";
import { Field, Input } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { api, unwrap } from "~/lib/api/client";
import { queryClient } from "~/lib/api/queryClient";
import { type Me, meQuery, refetchUserData } from "~/lib/auth/me";
import { setServerErrors } from "~/lib/forms/setServerErrors";
import { loadOffsets } from "~/lib/time/offsets";
import { accountRules } from "../rules";
import { useTexts } from "../texts";
import { AboutFields } from "./AboutFields";
import { ZoneField } from "./ZoneField";

type ProfileFields = AboutFields & {
  first_name: string;
  last_name: string;
  username: string;
  time_zone: string;
};

function toProfileFields({ first_name, last_name, username, time_zone, bio, languages }: Me): ProfileFields {
  return { first_name, last_name, username, time_zone, bio, languages };
}

/** Edits the public profile and the time zone. Sends only changed fields. */
export function ProfileForm({ me, onDirty }: { me: Me; onDirty: (isDirty: boolean) => void }) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const [failure, setFailure] = useState<string | null>(null);
  const rules = accountRules(t);
  const form = useForm<ProfileFields>({
    resolver: zodResolver(
      z.object({
        first_name: rules.name,
        last_name: rules.name,
        username: rules.username,
        time_zone: z.string(),
        bio: rules.bio,
        languages: z.array(z.string()),
      }),
    ),
    mode: "onTouched",
    values: toProfileFields(me),
    resetOptions: { keepDirtyValues: true },
  });
  const { errors, isSubmitting, isDirty } = form.formState;

  useEffect(() => {
    onDirty(isDirty);
    return () => onDirty(false);
  }, [isDirty, onDirty]);

  const submit = form.handleSubmit(async (fields) => {
    setFailure(null);
    const before = toProfileFields(me);
    const changed = Object.entries(fields).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof ProfileFields]),
    );
    try {
      const saved = await unwrap(api.PATCH("/api/auth/profile", { body: Object.fromEntries(changed) }));
      await loadOffsets(saved.time_zone);
      form.reset(toProfileFields(saved));
      queryClient.setQueryData(meQuery.queryKey, saved);
      toast.success(t("profile.saved"));
      void refetchUserData();
    } catch (error) {
      setFailure(setServerErrors(error, form));
    }
  });

  return (
    <form noValidate onSubmit={submit} className="mt-6 flex flex-col gap-5">
      {failure && <Notice tone="danger">{failure}</Notice>}
      <div className="grid gap-5 sm:grid-cols-2">
        <Field label={t("fields.first_name")} isOptional error={errors.first_name?.message}>
          {(field) => <Input autoComplete="given-name" {...field} {...form.register("first_name")} />}
        </Field>
        <Field label={t("fields.last_name")} isOptional error={errors.last_name?.message}>
          {(field) => <Input autoComplete="family-name" {...field} {...form.register("last_name")} />}
        </Field>
      </div>
      <Field label={t("fields.username")} hint={t("fields.username_hint")} error={errors.username?.message}>
        {(field) => (
          <Input autoComplete="nickname" autoCapitalize="none" {...field} {...form.register("username")} />
        )}
      </Field>
      {me.role === "creator" && <AboutFields control={form.control as unknown as Control<AboutFields>} />}
      <Controller
        control={form.control}
        name="time_zone"
        render={({ field, fieldState }) => (
          <ZoneField zone={field.value} onChange={field.onChange} error={fieldState.error?.message} />
        )}
      />
      <div className="flex flex-wrap justify-end gap-3 border-t border-line pt-5">
        {isDirty && (
          <Button variant="quiet" onClick={() => form.reset(toProfileFields(me))}>
            {t("profile.discard")}
          </Button>
        )}
        <Button type="submit" isBusy={isSubmitting} disabled={!isDirty}>
          {common("actions.save")}
        </Button>
      </div>
    </form>
  );
}
