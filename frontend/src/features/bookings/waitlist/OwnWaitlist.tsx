import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { ListOrdered } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Card } from "~/components/Card";
import { Field, Textarea } from "~/components/Field";
import { useFormatPrice } from "~/features/sessions/price";
import { createKeyFor } from "~/lib/api/idempotencyKeys";
import { bookingLimits } from "~/lib/api/limits";
import { displayName } from "~/lib/auth/me";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { multiplyPrice } from "~/lib/money/money";
import { formatDateTime, formatTimeRange, useZone, zoneNameAt } from "~/lib/time/time";
import { invalidateAvailability } from "../book/queries";
import { OfferCountdown } from "./OfferCountdown";
import {
  acceptOffer,
  isOffer,
  leaveWaitlist,
  type Offer,
  ownWaitlistQuery,
  refetchWaitlist,
  type WaitlistEntry,
} from "./queries";
import { useTexts } from "./texts";

const refetchSoon = () => void setTimeout(() => void refetchWaitlist(), 1500);

/** What the user waits for, offers first; nothing if there is nothing. */
export default function OwnWaitlist() {
  const t = useTexts();
  const { data = [] } = useQuery(ownWaitlistQuery);
  const section = useRef<HTMLElement>(null);
  const isShown = data.length > 0;
  useEffect(() => {
    // a mail or a notification leads here, before the list is loaded
    if (isShown && location.hash === "#waiting") section.current?.scrollIntoView({ block: "start" });
  }, [isShown]);
  if (!isShown) return null;
  const offers = data.filter(isOffer);
  return (
    <section ref={section} id="waiting" aria-labelledby="waiting-title" className="mb-8 scroll-mt-24">
      <h2 id="waiting-title" className="flex items-center gap-2 text-lg">
        <ListOrdered aria-hidden className="size-5 text-accent" />
        <span>{t("own.title")}</span>
      </h2>
      <p className="mt-1 text-sm text-ink-soft">{t("own.text")}</p>
      <ul className="mt-4 flex flex-col gap-3">
        {[...offers, ...data.filter((entry) => !isOffer(entry))].map((entry) => (
          <li key={entry.id}>{isOffer(entry) ? <OfferCard offer={entry} /> : <WaitCard entry={entry} />}</li>
        ))}
      </ul>
    </section>
  );
}

function Summary({ entry }: { entry: WaitlistEntry }) {
  const { t: common } = useTranslation();
  const zone = useZone();
  const { starts_at, ends_at } = entry;
  return (
    <div className="min-w-0 text-sm">
      <h3 className="text-base">
        <Link
          to="/sessions/$id"
          params={{ id: entry.session }}
          className="rounded-control underline-offset-4 hover:underline"
        >
          <bdi>{entry.title}</bdi>
        </Link>
      </h3>
      <p className="tabular">
        <time dateTime={starts_at} className="font-semibold">
          {formatTimeRange(starts_at, ends_at, zone)}
        </time>{" "}
        · <span>{common("seats", { count: entry.seats })}</span> · <bdi>{displayName(entry.creator)}</bdi>
      </p>
      <p className="text-xs text-ink-faint">{zoneNameAt(zone, starts_at, ends_at)}</p>
    </div>
  );
}

function useLeaving(entry: WaitlistEntry) {
  const t = useTexts();
  return useMutation({
    mutationFn: () => leaveWaitlist(entry.id),
    onSuccess: () => toast.success(t("own.left_line")),
    onError: (error) => toast.error(errorMessage(error)),
    onSettled: () => Promise.all([refetchWaitlist(), invalidateAvailability(entry.session)]),
  });
}

function WaitCard({ entry }: { entry: WaitlistEntry }) {
  const t = useTexts();
  const leaving = useLeaving(entry);
  return (
    <Card className="flex flex-wrap items-center justify-between gap-x-4 gap-y-3 p-4 sm:p-5">
      <Summary entry={entry} />
      <div className="flex flex-wrap items-center justify-end gap-3">
        <span className="tabular rounded-full bg-sunk px-3 py-1 text-sm font-semibold">
          {t("own.place", { place: entry.place })}
        </span>
        <Button
          variant="quiet"
          isBusy={leaving.isPending}
          aria-label={t("own.named", { action: t("own.leave"), title: entry.title })}
          onClick={() => leaving.mutate()}
        >
          {t("own.leave")}
        </Button>
      </div>
    </Card>
  );
}

function OfferCard({ offer }: { offer: Offer }) {
  const t = useTexts();
  const zone = useZone();
  const price = useFormatPrice();
  const navigate = useNavigate();
  const [keyOf] = useState(createKeyFor);
  const [address, setAddress] = useState("");
  const visited = offer.format === "at_yours" ? address.trim() : null;
  const leaving = useLeaving(offer);
  const accepting = useMutation({
    mutationFn: () => acceptOffer(offer, visited, keyOf([offer.id, offer.price, visited])),
    onSuccess: async (booking) => {
      if (booking.pay_by !== null) return navigate({ to: "/bookings/$id/pay", params: { id: booking.id } });
      toast.success(t("own.accepted"));
    },
    onError: (error) => toast.error(errorMessage(error)),
    onSettled: () => Promise.all([refetchWaitlist(), invalidateAvailability(offer.session)]),
  });
  const amount = price(multiplyPrice(offer.price, offer.seats));
  const accept = Number(offer.price) > 0 ? t("own.accept_for", { amount }) : t("own.accept");
  return (
    <Card className="border-accent p-4 sm:p-5">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-3">
        <div className="min-w-0">
          <p className="mb-1 font-semibold text-accent-strong">{t("own.offered", { count: offer.seats })}</p>
          <Summary entry={offer} />
        </div>
        <span className="tabular shrink-0 rounded-full bg-warn-soft px-3 py-1 text-sm font-semibold text-warn">
          <OfferCountdown until={offer.offer_until} onEnd={refetchSoon} /> <span>{t("own.left")}</span>
        </span>
      </div>
      {visited !== null && (
        <div className="mt-4">
          <Field label={t("own.address")} hint={t("own.address_hint")}>
            {(field) => (
              <Textarea
                rows={2}
                dir="auto"
                autoComplete="street-address"
                maxLength={bookingLimits.address.maxLength}
                value={address}
                onChange={({ target }) => setAddress(target.value)}
                {...field}
              />
            )}
          </Field>
        </div>
      )}
      <div className="mt-4 flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <p className="tabular text-xs text-ink-faint">
          {t("own.until", { when: formatDateTime(offer.offer_until, zone) })}
        </p>
        <div className="flex flex-wrap justify-end gap-2">
          <Button
            variant="quiet"
            isBusy={leaving.isPending}
            aria-label={t("own.named", { action: t("own.let_go"), title: offer.title })}
            onClick={() => leaving.mutate()}
          >
            {t("own.let_go")}
          </Button>
          <Button
            isBusy={accepting.isPending}
            aria-label={t("own.named", { action: accept, title: offer.title })}
            onClick={() => accepting.mutate()}
          >
            {accept}
          </Button>
        </div>
      </div>
    </Card>
  );
}
