import { useMutation } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Button } from "~/components/Button";
import { Notice } from "~/components/Notice";
import { createKeyFor } from "~/lib/api/idempotencyKeys";
import { queryClient } from "~/lib/api/queryClient";
import { useDraft } from "~/lib/forms/useDraft";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { MessageField } from "./MessageField";
import { remaining } from "./messages";
import { writeMessage } from "./queries";
import { messageKeys } from "./queryKeys";
import { useTexts } from "./texts";

/** Writes to the other party. What is typed survives a failure and a reload. */
export function Composer({
  bookingId,
  name,
  isFocused,
}: {
  bookingId: string;
  name: string;
  isFocused: boolean;
}) {
  const t = useTexts();
  const field = useRef<HTMLTextAreaElement>(null);
  const [keyOf] = useState(createKeyFor);
  const [text, setText] = useState("");
  const [sent, setSent] = useState(0);
  const [isEmpty, setEmpty] = useState(false);
  useDraft(`message:${bookingId}`, text, text !== "", setText);
  const send = useMutation({
    // the same text again is another message
    mutationFn: (given: string) => writeMessage(bookingId, given, keyOf([bookingId, given, sent])),
    onSuccess: async () => {
      setText("");
      setSent((count) => count + 1);
      await queryClient.invalidateQueries({ queryKey: messageKeys.ofBooking(bookingId) });
    },
  });
  useEffect(() => {
    if (!isFocused) return;
    field.current?.scrollIntoView({ block: "center" });
    field.current?.focus();
  }, [isFocused]);

  const submit = (event?: FormEvent) => {
    event?.preventDefault();
    setEmpty(text.trim() === "");
    if (text.trim() !== "" && remaining(text) >= 0 && !send.isPending) send.mutate(text.trim());
    else field.current?.focus();
  };
  return (
    <form onSubmit={submit} noValidate className="mt-3 flex flex-col gap-3">
      {send.error && <Notice tone="danger">{errorMessage(send.error)}</Notice>}
      <MessageField
        ref={field}
        label={t("label", { name })}
        hint={t("hint")}
        value={text}
        error={isEmpty && text.trim() === "" ? t("empty") : undefined}
        onChange={setText}
        onSend={() => submit()}
      />
      <div className="flex items-center justify-end gap-3">
        <p role="status" className="text-sm text-ink-faint">
          {sent > 0 && !send.isPending && !send.error && text === "" ? t("sent") : ""}
        </p>
        <Button type="submit" isBusy={send.isPending}>
          <Send aria-hidden className="size-4" />
          {t("send")}
        </Button>
      </div>
    </form>
  );
}
