import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Field, Textarea } from "~/components/Field";
import { Notice } from "~/components/Notice";
import { createKeyFor } from "~/lib/api/idempotencyKeys";
import { reviewLimits } from "~/lib/api/limits";
import { useDraft } from "~/lib/forms/useDraft";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { answerReview, type Review, refetchReviews } from "./queries";
import { useTexts } from "./texts";

const MAX_TEXT = reviewLimits.text.maxLength;

/** Answers a review of one's own session. */
export function AnswerForm({ review, onClose }: { review: Review; onClose: () => void }) {
  const t = useTexts();
  const { t: common } = useTranslation();
  const [keyOf] = useState(createKeyFor);
  const [text, setText] = useState("");
  const [isTried, setTried] = useState(false);
  useDraft(`answer:${review.id}`, text, text !== "", setText);
  const answer = useMutation({
    mutationFn: (given: string) => answerReview(review.id, given, keyOf(given)),
    onSuccess: async () => {
      setText("");
      toast.success(t("answered"));
      await refetchReviews();
      onClose();
    },
  });
  const given = text.trim();
  const isTooLong = [...given].length > MAX_TEXT;
  const problem = isTooLong
    ? t("form.too_long", { count: MAX_TEXT })
    : isTried && !given
      ? t("empty_answer")
      : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (given && !isTooLong) answer.mutate(given);
  };
  return (
    <form onSubmit={submit} noValidate className="mt-3 flex max-w-prose flex-col gap-3">
      {answer.error && <Notice tone="danger">{errorMessage(answer.error)}</Notice>}
      <Field label={t("your_answer")} hint={t("answer_hint")} error={problem}>
        {(field) => (
          <Textarea {...field} rows={3} value={text} onChange={({ target }) => setText(target.value)} />
        )}
      </Field>
      <div className="flex justify-end gap-2">
        <Button variant="secondary" onClick={onClose}>
          {common("actions.back")}
        </Button>
        <Button type="submit" isBusy={answer.isPending}>
          {t("send_answer")}
        </Button>
      </div>
    </form>
  );
}
