import { Button } from "~/components/Button";
import { Notice } from "~/components/Notice";
import { useMe } from "~/lib/auth/me";
import { useVerificationMail } from "~/lib/auth/useVerificationMail";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { useTexts } from "../texts";

/** Says that booking needs a verified address, and sends another link to it. */
export function VerifyEmailNotice() {
  const t = useTexts();
  const me = useMe();
  const { mutate, isPending, isSuccess, error } = useVerificationMail();
  if (error) return <Notice tone="danger">{errorMessage(error)}</Notice>;
  if (isSuccess) return <Notice tone="good">{t("book.verify_sent", { email: me?.email })}</Notice>;
  return (
    <Notice tone="danger">
      <div className="flex flex-col gap-3">
        <span>{t("book.verify")}</span>
        <Button
          variant="secondary"
          size="sm"
          isBusy={isPending}
          className="self-start"
          onClick={() => mutate()}
        >
          {t("book.verify_send")}
        </Button>
      </div>
    </Notice>
  );
}
