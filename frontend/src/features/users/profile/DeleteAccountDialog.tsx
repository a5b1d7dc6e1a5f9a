import { zodResolver } from "@hookform/resolvers/zod";
import { Link, useRouter } from "@tanstack/react-router";
import { useId, useState } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { z } from "zod";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Field } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { api, unwrap } from "~/lib/api/client";
import { isProblem } from "~/lib/api/problem";
import { signOut, useMe } from "~/lib/auth/me";
import { setServerErrors } from "~/lib/forms/setServerErrors";
import { PasswordInput } from "../PasswordInput";
import { accountRules } from "../rules";
import { useTexts } from "../texts";
import { OwnData } from "./OwnData";

const SHOWN_MS = 15_000;
const LINK = "mr-3 inline-block font-semibold underline underline-offset-4";

/** Says what goes and what stays, offers the copy of the data, and deletes the account with the password. */
export default function DeleteAccountDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const router = useRouter();
  const me = useMe();
  const formId = useId();
  const [failure, setFailure] = useState<string | null>(null);
  const [isBooked, setBooked] = useState(false);
  const form = useForm({
    resolver: zodResolver(z.object({ password: accountRules(t).givenPassword })),
    defaultValues: { password: "" },
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async (body) => {
    setFailure(null);
    setBooked(false);
    try {
      await unwrap(api.DELETE("/api/auth/profile", { body }));
    } catch (error) {
      const isAboutBookings = isProblem(error, "has_upcoming_bookings");
      setBooked(isAboutBookings);
      // the API says whose bookings
      setFailure(isAboutBookings ? error.message : setServerErrors(error, form));
      return;
    }
    // its login has ended: this forgets it in all tabs
    await signOut().catch(() => undefined);
    // unsaved changes have no account any more
    await router.navigate({ to: "/", ignoreBlocker: true });
    toast.success(t("delete.done"), { duration: SHOWN_MS });
  });

  const points = (me?.role === "creator" ? ["gone", "gone_creator", "kept"] : ["gone", "kept"]) as (
    | "gone"
    | "gone_creator"
    | "kept"
  )[];
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("delete.title")}
      description={t("delete.final")}
      footer={
        <>
          <Button variant="secondary" onClick={onClose}>
            {common("actions.back")}
          </Button>
          <Button type="submit" form={formId} variant="danger" isBusy={isSubmitting}>
            {t("delete.submit")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-6">
        <ul className="flex list-disc flex-col gap-2 pl-5 text-sm">
          {points.map((point) => (
            <li key={point}>{t(`delete.${point}`)}</li>
          ))}
        </ul>
        <div className="rounded-card border border-line p-4">
          <OwnData />
        </div>
        <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-5">
          {failure && (
            <Notice tone="danger">
              <span>{failure}</span>{" "}
              {isBooked && (
                <Link to="/dashboard" className={LINK}>
                  {t("delete.see_bookings")}
                </Link>
              )}
              {isBooked && me?.role === "creator" && (
                <Link to="/creator/bookings" className={LINK}>
                  {t("delete.see_attendees")}
                </Link>
              )}
            </Notice>
          )}
          {/* tells password managers which account this is */}
          <input type="email" autoComplete="username" value={me?.email ?? ""} readOnly hidden />
          <Field label={t("profile.password_current")} error={errors.password?.message}>
            {(field) => (
              <PasswordInput autoComplete="current-password" {...field} {...form.register("password")} />
            )}
          </Field>
        </form>
      </div>
    </Dialog>
  );
}
