import { useFormContext, useWatch } from "react-hook-form";
import { CardWithWords, useCardWords } from "~/features/sessions/catalog/SessionCard";
import { useMe } from "~/lib/auth/me";
import { parseAmount, useCurrency } from "~/lib/money/money";
import type { Session } from "../../queries";
import { type SessionForm, toSessionIn } from "../model";
import { useTexts } from "../texts";

/** Live preview of the catalog card, without a link. */
export function CardPreview({ session }: { session: Session | null }) {
  const t = useTexts();
  const me = useMe();
  const words = useCardWords();
  const { currency_digits } = useCurrency();
  const { control } = useFormContext<SessionForm>();
  const values = useWatch({ control }) as SessionForm;
  if (!me) return null;
  const sent = toSessionIn(values);
  const price = parseAmount(values.price, currency_digits);
  const previewed = {
    id: session?.id ?? "new",
    creator: session?.creator ?? me.id,
    creator_details: session?.creator_details ?? me,
    is_open: session?.is_open ?? false,
    created_at: session?.created_at ?? me.date_joined,
    next_slot: session ? session.next_slot : example(Number(values.max_participants) || 1),
    time_zone: session?.time_zone ?? me.time_zone,
    featured_at: null,
    moderation: null,
    rating: session?.rating ?? { average: null, count: 0 },
    pictures: session?.pictures ?? [],
    ...sent,
    title: sent.title || t("form.preview_title"),
    duration: sent.duration || 0,
    price: price ?? "",
    image_url: /^https?:\/\//i.test(sent.image_url ?? "") ? sent.image_url : null,
  } as Session;
  return (
    <section aria-labelledby="card-preview" className="rounded-card bg-sunk p-4 sm:p-5">
      <h2 id="card-preview" className="mb-4 text-sm font-semibold text-ink-soft">
        {t("form.preview")}
      </h2>
      <div inert className="mx-auto max-w-72">
        <CardWithWords
          session={previewed}
          isFirst={false}
          words={price === null ? { ...words, price: () => "" } : words}
        />
      </div>
      {!session && <p className="mt-4 text-xs text-ink-faint">{t("form.preview_time")}</p>}
    </section>
  );
}

/** An example slot a week from now, for sessions without one. */
function example(capacity: number): NonNullable<Session["next_slot"]> {
  const hour = 3_600_000;
  const start = Math.ceil(Date.now() / hour) * hour + 7 * 24 * hour;
  return {
    starts_at: new Date(start).toISOString(),
    ends_at: new Date(start + hour).toISOString(),
    capacity,
    seats_left: capacity,
    utc_offset: "+00:00",
  };
}
