import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Notice } from "~/components/Notice";
import { createKeyFor } from "~/lib/api/idempotencyKeys";
import { useDraft } from "~/lib/forms/useDraft";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { formatTimeRange, useZone } from "~/lib/time/time";
import { MessageField } from "./MessageField";
import { remaining } from "./messages";
import { writeToSlot } from "./queries";
import { useTexts } from "./texts";

type Slot = { key: string; session: { id: string; title: string }; starts_at: string; ends_at: string };

/** Writes one message to everyone who booked a start. */
export default function SlotMessageDialog({ slot, onClose }: { slot: Slot; onClose: () => void }) {
  const t = useTexts();
  const zone = useZone();
  const [keyOf] = useState(createKeyFor);
  const [text, setText] = useState("");
  const [isEmpty, setEmpty] = useState(false);
  useDraft(`message:${slot.key}`, text, text !== "", setText);
  const send = useMutation({
    mutationFn: (given: string) =>
      writeToSlot(slot.session.id, slot.starts_at, given, keyOf([slot.key, given])),
    onSuccess: (count) => {
      if (count === 0) return;
      toast.success(t("everyone.done", { count }));
      onClose();
    },
  });
  const failure = send.error ? errorMessage(send.error) : send.data === 0 && t("everyone.none_booked");
  const submit = () => {
    setEmpty(text.trim() === "");
    if (text.trim() !== "" && remaining(text) >= 0 && !send.isPending) send.mutate(text.trim());
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("everyone.title")}
      description={
        <>
          <span dir="auto" className="block font-semibold text-ink">
            {slot.session.title}
          </span>
          <span className="tabular block">{formatTimeRange(slot.starts_at, slot.ends_at, zone)}</span>
        </>
      }
      footer={
        <>
          <Button variant="secondary" onClick={onClose}>
            {t("everyone.keep")}
          </Button>
          <Button isBusy={send.isPending} onClick={submit}>
            {t("send")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-5">
        {failure && <Notice tone="danger">{failure}</Notice>}
        <p className="text-sm text-ink-soft">{t("everyone.text")}</p>
        <MessageField
          label={t("everyone.label")}
          value={text}
          error={isEmpty && text.trim() === "" ? t("empty") : undefined}
          onChange={setText}
          onSend={submit}
        />
      </div>
    </Dialog>
  );
}
