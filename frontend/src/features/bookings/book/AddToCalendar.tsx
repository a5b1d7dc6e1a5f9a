import { useMutation } from "@tanstack/react-query";
import { CalendarPlus, ExternalLink } from "lucide-react";
import { toast } from "sonner";
import { Button, buttonClass } from "~/components/Button";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { downloadCalendar, googleLink } from "../calendar/calendar";
import { useTexts } from "../texts";
import type { Booking } from "../types";

/** Adds the booking to a calendar: as a file, or through Google Calendar. */
export function AddToCalendar({ booking }: { booking: Booking }) {
  const t = useTexts();
  const download = useMutation({
    mutationFn: () => downloadCalendar(booking.id, booking.terms.title),
    onError: (error) => toast.error(errorMessage(error)),
  });

  return (
    <div className="flex flex-wrap gap-3 border-t border-line bg-sunk px-5 py-4">
      <Button
        variant="secondary"
        className="flex-1"
        isBusy={download.isPending}
        onClick={() => download.mutate()}
      >
        <CalendarPlus aria-hidden className="size-4" />
        {t("booked.calendar")}
      </Button>
      <a
        href={googleLink(booking, location.origin)}
        target="_blank"
        rel="noopener noreferrer"
        className={buttonClass({ variant: "secondary" }, "flex-1")}
      >
        <ExternalLink aria-hidden className="size-4" />
        {t("booked.google")}
      </a>
    </div>
  );
}
