import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CalendarSync, Copy, Eye } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button, buttonClass } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { ErrorState } from "~/components/ErrorState";
import { Field, Input } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { Skeleton } from "~/components/Skeleton";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { useTexts } from "../texts";
import { feedQuery, renewFeed, subscribeLink } from "./calendar";

/** The private calendar feed of the user's bookings. Its URL is a secret, so it is hidden until requested. */
export function CalendarFeed() {
  const t = useTexts();
  const [isShown, setShown] = useState(false);
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-ink-soft">{t("calendar.feed_text")}</p>
      {isShown ? (
        <Address />
      ) : (
        <Button variant="secondary" onClick={() => setShown(true)} className="self-end">
          <Eye aria-hidden className="size-4" />
          {t("calendar.feed_show")}
        </Button>
      )}
    </div>
  );
}

function Address() {
  const t = useTexts();
  const { t: common } = useTranslation();
  const { data, error, refetch } = useQuery(feedQuery);
  const [isRenewOpen, setRenewOpen] = useState(false);
  const [isNew, setNew] = useState(false);
  const field = useRef<HTMLInputElement>(null);

  if (!data) {
    return error ? (
      <ErrorState error={error} onRetry={() => void refetch()} className="py-2" />
    ) : (
      <div role="status" aria-label={common("loading")}>
        <Skeleton className="h-11 w-full" />
      </div>
    );
  }
  const address = data.url;

  async function copy() {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(address);
      toast.success(t("calendar.feed_copied"));
    } catch {
      toast.error(t("calendar.feed_copy_failed"));
    }
  }

  return (
    <div className="flex animate-fade-in flex-col gap-4">
      {isNew && <Notice tone="good">{t("calendar.feed_renewed")}</Notice>}
      <div className="flex items-end gap-2">
        <Field label={t("calendar.feed_address")} className="min-w-0 flex-1">
          {(given) => (
            <Input
              {...given}
              ref={field}
              readOnly
              value={address}
              onFocus={(event) => event.target.select()}
              className="tabular truncate"
            />
          )}
        </Field>
        <Button variant="secondary" onClick={() => void copy()}>
          <Copy aria-hidden className="size-4" />
          {t("calendar.feed_copy")}
        </Button>
      </div>
      <p className="text-xs text-ink-faint">{t("calendar.feed_hint")}</p>
      <div className="flex flex-wrap justify-end gap-3">
        <Button variant="quiet" onClick={() => setRenewOpen(true)}>
          {t("calendar.feed_renew")}
        </Button>
        <a href={subscribeLink(address)} className={buttonClass({ variant: "secondary" })}>
          <CalendarSync aria-hidden className="size-4" />
          {t("calendar.feed_subscribe")}
        </a>
      </div>
      {isRenewOpen && <RenewDialog onDone={() => setNew(true)} onClose={() => setRenewOpen(false)} />}
    </div>
  );
}

function RenewDialog({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const client = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: renewFeed,
    onSuccess: (feed) => {
      client.setQueryData(feedQuery.queryKey, feed);
      onDone();
      onClose();
    },
  });

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("calendar.feed_renew_title")}
      description={t("calendar.feed_renew_text")}
      footer={
        <>
          <Button variant="secondary" onClick={onClose}>
            {common("actions.keep")}
          </Button>
          <Button isBusy={isPending} onClick={() => mutate()}>
            {t("calendar.feed_renew")}
          </Button>
        </>
      }
    >
      {error && <Notice tone="danger">{errorMessage(error)}</Notice>}
    </Dialog>
  );
}
