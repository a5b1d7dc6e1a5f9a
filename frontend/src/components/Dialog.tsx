import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "~/lib/cn";
import { useRestoreFocus } from "~/lib/hooks/useRestoreFocus";
import { Button } from "./Button";

type Props = {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  description?: ReactNode;
  footer?: ReactNode;
  width?: "narrow" | "wide";
  children?: ReactNode;
};

/** A dialog: a bottom sheet on phones, a centred card elsewhere. Traps focus and restores it on close. */
export function Dialog({ isOpen, onClose, ...rest }: Props) {
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-50 animate-fade-in bg-veil" />
        <Content {...rest} />
      </Radix.Portal>
    </Radix.Root>
  );
}

function Content({
  title,
  description,
  footer,
  width = "narrow",
  children,
}: Omit<Props, "isOpen" | "onClose">) {
  const { t } = useTranslation();
  const restoreFocus = useRestoreFocus();
  return (
    <Radix.Content
      {...(!description && { "aria-describedby": undefined })}
      onCloseAutoFocus={restoreFocus}
      className={cn(
        "fixed z-50 flex max-h-[92dvh] flex-col bg-raised shadow-soft outline-none",
        "max-sm:inset-x-0 max-sm:bottom-0 max-sm:animate-slide-up max-sm:rounded-t-[16px]",
        "sm:top-1/2 sm:left-1/2 sm:w-full sm:-translate-x-1/2 sm:-translate-y-1/2 sm:animate-fade-in sm:rounded-card",
        width === "wide" ? "sm:max-w-2xl" : "sm:max-w-lg",
      )}
    >
      <div className="flex items-start gap-4 px-5 pt-5 sm:px-6">
        <div className="min-w-0 flex-1">
          <Radix.Title dir="auto" className="line-clamp-4 text-lg font-semibold">
            {title}
          </Radix.Title>
          {description && (
            <Radix.Description asChild>
              <div dir="auto" className="mt-1.5 text-sm text-ink-soft">
                {description}
              </div>
            </Radix.Description>
          )}
        </div>
        <Radix.Close asChild>
          <Button variant="quiet" size="icon-sm" aria-label={t("actions.close")} className="-mt-1 -mr-2">
            <X aria-hidden className="size-5" />
          </Button>
        </Radix.Close>
      </div>
      {children ? (
        <div className="overflow-y-auto px-5 py-5 sm:px-6">{children}</div>
      ) : (
        <div className="h-5 shrink-0" />
      )}
      {footer && (
        <div className="flex flex-col-reverse gap-3 border-t border-line px-5 py-4 pb-[max(1rem,env(safe-area-inset-bottom))] sm:flex-row sm:justify-end sm:px-6">
          {footer}
        </div>
      )}
    </Radix.Content>
  );
}
