import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./Button";

type Props = {
  /** The query of a list that is read page by page. */
  of: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  /** What to do instead of reading the next page, such as reading it and moving the focus. */
  onClick?: () => unknown;
  variant?: "secondary" | "quiet";
  size?: "sm" | "md";
  /** Of the element around the button. */
  className?: string;
  children?: ReactNode;
};

/** A button under a list that reads its next page, or nothing at its end. */
export function MoreButton({ of, onClick, variant = "secondary", size, className, children }: Props) {
  const { t } = useTranslation();
  if (!of.hasNextPage) return null;
  return (
    <div className={className}>
      <Button
        variant={variant}
        size={size}
        isBusy={of.isFetchingNextPage}
        onClick={() => void (onClick ?? of.fetchNextPage)()}
      >
        {children ?? t("actions.more")}
      </Button>
    </div>
  );
}
