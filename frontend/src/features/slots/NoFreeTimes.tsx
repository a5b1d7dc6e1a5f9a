import { useQueryClient } from "@tanstack/react-query";
import { CalendarSearch } from "lucide-react";
import { useState } from "react";
import { Button } from "~/components/Button";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { formatMonthName } from "~/lib/time/days";
import { findNextFree, type NextFreeSearch, type Slot } from "./queries";
import { useTexts } from "./texts";

/** Shown for a month without bookable times; finds the next one on request. */
export function NoFreeTimes({
  search,
  isForSeats,
  onFound,
}: {
  search: NextFreeSearch;
  /** There are times, but none with enough seats. */
  isForSeats: boolean;
  onFound: (slot: Slot) => void;
}) {
  const t = useTexts();
  const client = useQueryClient();
  const [state, setState] = useState<"idle" | "looking" | "none">("idle");
  const [failure, setFailure] = useState<string | null>(null);

  async function searchNext() {
    setState("looking");
    setFailure(null);
    try {
      const next = await findNextFree(client, search);
      if (next) onFound(next);
      else setState("none");
    } catch (error) {
      setFailure(errorMessage(error));
      setState("idle");
    }
  }

  const month = formatMonthName(search.after);
  return (
    <div className="flex flex-col items-start gap-3 rounded-control bg-sunk p-4 text-sm">
      <p>
        {isForSeats ? t("none_for_seats", { count: search.seats, month }) : t("none_in_month", { month })}
      </p>
      {state === "none" ? (
        <p role="status" className="text-ink-soft">
          {t("none_at_all")}
        </p>
      ) : (
        <Button variant="secondary" size="sm" isBusy={state === "looking"} onClick={() => void searchNext()}>
          {state === "idle" && <CalendarSearch aria-hidden className="size-4" />}
          <span>{t("find_next")}</span>
        </Button>
      )}
      {failure && (
        <p role="alert" className="text-danger">
          {failure}
        </p>
      )}
    </div>
  );
}
