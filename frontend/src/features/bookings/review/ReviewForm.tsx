import { useMutation } from "@tanstack/react-query";
import { Star } from "lucide-react";
import { type FormEvent, useState } from "react";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Field, Textarea } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { refetchReviews, writeReview } from "~/features/sessions/reviews/queries";
import { ALL_STARS } from "~/features/sessions/reviews/Stars";
import { useTexts } from "~/features/sessions/reviews/texts";
import { createKeyFor } from "~/lib/api/idempotencyKeys";
import { reviewLimits } from "~/lib/api/limits";
import { cn } from "~/lib/cn";
import { useDraft } from "~/lib/forms/useDraft";
import { errorMessage } from "~/lib/i18n/errorMessage";
import type { BookingHistory } from "../types";

const MAX_TEXT = reviewLimits.text.maxLength;
const NOTHING = { stars: 0, text: "" };

/** Stars and words. What is given survives a failure and a reload. */
export function ReviewForm({ booking }: { booking: BookingHistory }) {
  const t = useTexts();
  const [keyOf] = useState(createKeyFor);
  const [draft, setDraft] = useState(NOTHING);
  const [isTried, setTried] = useState(false);
  useDraft(`review:${booking.id}`, draft, draft.stars > 0 || draft.text !== "", setDraft);
  const write = useMutation({
    mutationFn: (body: { booking: string; stars: number; text: string }) =>
      writeReview(booking.session, body, keyOf(body)),
    onSuccess: async () => {
      setDraft(NOTHING);
      toast.success(t("form.done"));
      await refetchReviews();
    },
  });
  const text = draft.text.trim();
  const isTooLong = [...text].length > MAX_TEXT;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (draft.stars > 0 && !isTooLong) write.mutate({ booking: booking.id, stars: draft.stars, text });
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-6">
      {write.error && <Notice tone="danger">{errorMessage(write.error)}</Notice>}
      {isTried && draft.stars === 0 && <Notice tone="danger">{t("form.choose")}</Notice>}
      <StarsField stars={draft.stars} onChange={(stars) => setDraft((before) => ({ ...before, stars }))} />
      <Field
        label={t("form.text")}
        hint={t("form.hint")}
        isOptional
        error={isTooLong ? t("form.too_long", { count: MAX_TEXT }) : undefined}
      >
        {(field) => (
          <Textarea
            {...field}
            rows={6}
            value={draft.text}
            onChange={({ target }) => setDraft((before) => ({ ...before, text: target.value }))}
          />
        )}
      </Field>
      <Button type="submit" isBusy={write.isPending} className="self-start">
        {t("form.submit")}
      </Button>
    </form>
  );
}

const WORDS = ["form.word_1", "form.word_2", "form.word_3", "form.word_4", "form.word_5"] as const;

function StarsField({ stars, onChange }: { stars: number; onChange: (stars: number) => void }) {
  const t = useTexts();
  const word = WORDS[stars - 1];
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-semibold">{t("form.stars")}</legend>
      <div className="flex flex-wrap items-center gap-x-3">
        <div className="-ml-2 flex">
          {ALL_STARS.map((each) => (
            <label
              key={each}
              className="grid size-11 cursor-pointer place-items-center rounded-control has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-accent"
            >
              <input
                type="radio"
                name="stars"
                value={each}
                checked={each === stars}
                onChange={() => onChange(each)}
                className="sr-only"
              />
              <Star
                aria-hidden
                className={cn("size-7", each <= stars ? "fill-current text-warn" : "text-line-strong")}
              />
              <span className="sr-only">{t("stars", { count: each })}</span>
            </label>
          ))}
        </div>
        <span aria-hidden className="text-sm text-ink-soft">
          {word && t(word)}
        </span>
      </div>
    </fieldset>
  );
}
