import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { Button } from "~/components/Button";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { useTexts } from "../texts";
import { type Format, fetchExport, save } from "./exports";
import type { ListName, Query } from "./listing";

const FORMATS: Format[] = ["csv", "jsonl", "xlsx"];
const MEGABYTE = 1_000_000;

/** Exports every row that matches the filters, on all pages. */
export function ExportMenu({ list, query, total }: { list: ListName; query: Query; total: number }) {
  const t = useTexts();
  const { i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });

  const exporting = useMutation({
    mutationFn: async (format: Format) => {
      const stop = new AbortController();
      const id = toast.loading(t("export.preparing"), {
        duration: Number.POSITIVE_INFINITY,
        action: { label: t("export.stop"), onClick: () => stop.abort() },
      });
      try {
        const file = await fetchExport(list, format, query, stop.signal, (bytes) =>
          toast.loading(t("export.so_far", { size: number.format(bytes / MEGABYTE) }), { id }),
        );
        save(file);
        return file.name;
      } catch (error) {
        if (stop.signal.aborted) return null;
        throw error;
      } finally {
        toast.dismiss(id);
      }
    },
    onSuccess: (name) => name !== null && toast.success(t("export.done", { name })),
    onError: (error) => toast.error(errorMessage(error)),
  });
  const isBusy = exporting.isPending;
  const [isOpen, setOpen] = useState(false);

  return (
    <Radix.Root modal={false} open={isOpen} onOpenChange={setOpen}>
      <Radix.Trigger asChild>
        <Button variant="secondary" isBusy={isBusy} disabled={total === 0}>
          {!isBusy && <Download aria-hidden className="size-4" />}
          <span>{t("export.label")}</span>
        </Button>
      </Radix.Trigger>
      <Radix.Portal container={document.getElementById("main")}>
        <Radix.Content
          align="end"
          sideOffset={4}
          collisionPadding={12}
          className="z-50 w-64 animate-fade-in rounded-card border border-line bg-raised p-1.5 shadow-soft"
        >
          <Radix.Label className="px-3 pt-1.5 pb-2 text-xs text-ink-faint">{t("export.what")}</Radix.Label>
          {FORMATS.map((format) => (
            <Radix.Item
              key={format}
              onSelect={() => exporting.mutate(format)}
              className="flex min-h-10 items-center justify-between gap-3 rounded-control px-3 text-sm outline-none data-highlighted:bg-sunk"
            >
              <span className="font-medium">{t(`export.${format}`)}</span>
              <span className="text-xs text-ink-faint">{t(`export.${format}_for`)}</span>
            </Radix.Item>
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
