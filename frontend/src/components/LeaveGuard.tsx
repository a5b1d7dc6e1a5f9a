import { useBlocker } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Button } from "./Button";
import { Dialog } from "./Dialog";

/** Asks for confirmation before leaving or closing a page with unsaved changes, but not for navigation within it. */
export function LeaveGuard({ isDirty }: { isDirty: () => boolean }) {
  const { t } = useTranslation();
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => isDirty() && current.pathname !== next.pathname,
    enableBeforeUnload: isDirty,
    withResolver: true,
  });
  if (status !== "blocked") return null;
  return (
    <Dialog
      isOpen
      onClose={reset}
      title={t("leave.title")}
      description={t("leave.text")}
      footer={
        <>
          <Button variant="secondary" onClick={proceed}>
            {t("leave.go")}
          </Button>
          <Button onClick={reset}>{t("leave.stay")}</Button>
        </>
      }
    />
  );
}
