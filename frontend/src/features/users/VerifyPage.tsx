import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck, Link2Off, MailCheck } from "lucide-react";
import { useEffect, useState } from "react";
import { Button, buttonClass } from "~/components/Button";
import { EmptyState } from "~/components/EmptyState";
import { Notice } from "~/components/Notice";
import { useTitle } from "~/components/Page";
import { api, unwrap } from "~/lib/api/client";
import { isProblem } from "~/lib/api/problem";
import { queryKeys } from "~/lib/api/queryKeys";
import { useMe } from "~/lib/auth/me";
import { useVerificationMail } from "~/lib/auth/useVerificationMail";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { useTexts } from "./texts";

/** Verifies an address with the token of a mailed link, when the button is pressed: programs open links, too. */
export function VerifyPage() {
  const t = useTexts();
  const client = useQueryClient();
  const [token] = useState(() => location.hash.slice(1));
  useEffect(() => {
    history.replaceState(history.state, "", location.pathname);
  }, []);
  const { mutate, isPending, data, error } = useMutation({
    mutationFn: () => unwrap(api.POST("/api/auth/verify-email", { body: { token } })),
    onSuccess: () => client.invalidateQueries({ queryKey: queryKeys.me }),
  });
  const isDead = !token || isProblem(error, "bad_email_token") || (isProblem(error) && error.errors.token);
  const title = t(data ? "verify.done" : isDead ? "verify.dead" : "verify.title");
  useTitle(title);
  if (isDead) return <DeadLink />;
  return (
    <EmptyState
      isPage
      icon={data ? CircleCheck : MailCheck}
      title={title}
      className="py-24"
      action={
        data ? (
          <Link to="/" className={buttonClass()}>
            {t("verify.go_on")}
          </Link>
        ) : (
          <Button size="lg" isBusy={isPending} onClick={() => mutate()}>
            {t("verify.submit")}
          </Button>
        )
      }
    >
      <span>
        {data
          ? t(data.is_changed ? "verify.changed_text" : "verify.done_text", { email: data.email })
          : t("verify.text")}
      </span>
      {error && <Notice tone="danger">{errorMessage(error)}</Notice>}
    </EmptyState>
  );
}

/** Says that a link doesn't work, and sends another one to people who are signed in. */
function DeadLink() {
  const t = useTexts();
  const me = useMe();
  const { mutate, isPending, isSuccess, error } = useVerificationMail();
  const isVerified = !!me?.email_verified_at;
  return (
    <EmptyState
      isPage
      icon={isVerified ? CircleCheck : Link2Off}
      title={t(isVerified ? "verify.already" : "verify.dead")}
      className="py-24"
      action={
        !me ? (
          <Link to="/login" search={{ next: "/verify-email" }} className={buttonClass()}>
            {t("verify.sign_in")}
          </Link>
        ) : isVerified ? (
          <Link to="/" className={buttonClass()}>
            {t("verify.go_on")}
          </Link>
        ) : isSuccess ? null : (
          <Button isBusy={isPending} onClick={() => mutate()}>
            {t("verify.send")}
          </Button>
        )
      }
    >
      <span aria-live="polite">
        {isVerified
          ? t("verify.done_text", { email: me.email })
          : isSuccess
            ? t("verify.bar_sent", { email: me?.email })
            : t(me ? "verify.dead_text" : "verify.dead_visitor")}
      </span>
      {error && <Notice tone="danger">{errorMessage(error)}</Notice>}
    </EmptyState>
  );
}
