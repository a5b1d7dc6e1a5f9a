import { useQuery } from "@tanstack/react-query";
import { useCallback, useRef } from "react";
import { ErrorState } from "~/components/ErrorState";
import { LeaveGuard } from "~/components/LeaveGuard";
import { Page } from "~/components/Page";
import { HoursEditor } from "~/features/schedules/HoursEditor";
import { hoursQuery } from "~/features/schedules/queries";
import { FormSkeleton } from "./FormSkeleton";
import { BackToOwn } from "./NewSessionPage";
import { useTexts } from "./texts";

/** Edits the hours within which sessions by arrangement are offered. */
export function HoursPage() {
  const t = useTexts();
  const hours = useQuery(hoursQuery);
  const isDirty = useRef(false);
  const onDirty = useCallback((is: boolean) => {
    isDirty.current = is;
  }, []);
  return (
    <Page title={t("hours.title")} intro={t("hours.intro")} before={<BackToOwn />} width="middle">
      {hours.data && <HoursEditor hours={hours.data} onDirty={onDirty} />}
      {!hours.data && hours.isError && (
        <ErrorState error={hours.error} onRetry={() => void hours.refetch()} />
      )}
      {hours.isPending && <FormSkeleton />}
      <LeaveGuard isDirty={() => isDirty.current} />
    </Page>
  );
}
