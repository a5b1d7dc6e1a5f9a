import { Check, Copy } from "lucide-react";
import { useRef, useState } from "react";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { Dialog } from "~/components/Dialog";
import { Field, Textarea } from "~/components/Field";
import { Notice } from "~/components/Notice";
import type { NewApiKey } from "./keys";
import { useKeyTexts } from "./texts";

/** Shows a new key, this once. */
export function NewKeyDialog({ apiKey, onClose }: { apiKey: NewApiKey; onClose: () => void }) {
  const t = useKeyTexts();
  const [isCopied, setCopied] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const copy = async () => {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(apiKey.key);
      setCopied(true);
    } catch {
      toast.error(t("copy_failed"));
    }
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t("created_title")}
      footer={<Button onClick={onClose}>{t("done")}</Button>}
    >
      <div className="flex flex-col gap-5">
        <Notice tone="warn">{t("created_once")}</Notice>
        <Field label={t("key")} hint={t("key_hint")}>
          {(given) => (
            <Textarea
              {...given}
              ref={field}
              readOnly
              rows={2}
              spellCheck={false}
              value={apiKey.key}
              onFocus={({ target }) => target.select()}
              className="min-h-0 resize-none break-all font-mono text-sm"
            />
          )}
        </Field>
        <Button variant="secondary" onClick={() => void copy()}>
          {isCopied ? <Check aria-hidden className="size-4" /> : <Copy aria-hidden className="size-4" />}
          <span aria-live="polite">{t(isCopied ? "copied" : "copy")}</span>
        </Button>
      </div>
    </Dialog>
  );
}
