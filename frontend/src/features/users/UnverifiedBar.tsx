import { useQuery } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { MailWarning } from "lucide-react";
import { Button } from "~/components/Button";
import { marketplaceQuery } from "~/lib/api/marketplace";
import type { Me } from "~/lib/auth/me";
import { useVerificationMail } from "~/lib/auth/useVerificationMail";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { useTexts } from "./texts";

/** Asks people whose address isn't verified to open the link in their mail, if this site sends mail. */
export default function UnverifiedBar({ me }: { me: Me }) {
  const t = useTexts();
  const { data } = useQuery(marketplaceQuery);
  const path = useLocation({ select: ({ pathname }) => pathname });
  const { mutate, isPending, isSuccess, error } = useVerificationMail();
  if (!data?.sends_mail || path === "/verify-email") return null;
  return (
    <aside
      aria-label={t("verify.bar_label")}
      className="flex flex-wrap items-center justify-center gap-x-4 gap-y-2 bg-warn-soft px-4 py-2 text-sm text-warn"
    >
      <p className="flex min-w-0 items-center gap-2" aria-live="polite">
        <MailWarning aria-hidden className="size-4 shrink-0" />
        <span className="min-w-0 break-words">
          {error ? errorMessage(error) : t(isSuccess ? "verify.bar_sent" : "verify.bar", { email: me.email })}
        </span>
      </p>
      {!isSuccess && (
        <Button variant="secondary" size="sm" isBusy={isPending} onClick={() => mutate()}>
          {t("verify.send")}
        </Button>
      )}
    </aside>
  );
}
