import { Copy, Download } from "lucide-react";
import { useEffect, useRef } from "react";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { useTwoStepTexts } from "./texts";

/** Recovery codes, which are shown once. */
export function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const t = useTwoStepTexts();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  const text = codes.join("\n");
  return (
    <div className="flex flex-col gap-4">
      <div>
        <h3 ref={heading} tabIndex={-1} className="font-semibold outline-none">
          {t("codes.title")}
        </h3>
        <p className="mt-1 text-sm text-ink-soft">{t("codes.text")}</p>
      </div>
      <ul
        aria-label={t("codes.list")}
        className="flex flex-col gap-2 rounded-control bg-sunk p-4 font-mono text-sm"
      >
        {codes.map((code) => (
          <li key={code} translate="no">
            {code}
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap justify-end gap-3">
        <Button
          variant="secondary"
          onClick={() =>
            void navigator.clipboard.writeText(text).then(() => toast.success(t("codes.copied")))
          }
        >
          <Copy aria-hidden className="size-4" />
          {t("codes.copy")}
        </Button>
        <Button variant="secondary" onClick={() => save(t("codes.file"), `${text}\n`)}>
          <Download aria-hidden className="size-4" />
          {t("codes.download")}
        </Button>
        <Button onClick={onDone}>{t("codes.done")}</Button>
      </div>
    </div>
  );
}

function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 0);
}
