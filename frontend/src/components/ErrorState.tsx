import { CloudOff, RotateCw } from "lucide-react";
import { useTranslation } from "react-i18next";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { Button } from "./Button";
import { EmptyState } from "./EmptyState";

/** Shows why a list or part of a page failed to load, with a retry button. */
export function ErrorState({
  error,
  onRetry,
  className,
  isPage,
}: {
  error: unknown;
  onRetry: () => void;
  className?: string;
  isPage?: boolean;
}) {
  const { t } = useTranslation();
  return (
    <div role="alert">
      <EmptyState
        isPage={isPage}
        icon={CloudOff}
        title={t("states.failed_title")}
        className={className}
        action={
          <Button variant="secondary" onClick={onRetry}>
            <RotateCw aria-hidden className="size-4" />
            {t("actions.retry")}
          </Button>
        }
      >
        {errorMessage(error)}
      </EmptyState>
    </div>
  );
}
