import { CalendarPlus, ExternalLink } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { Button, buttonClass } from "~/components/Button";
import { errorMessage } from "~/lib/i18n/errorMessage";
import { downloadCalendar, googleLink } from "../calendar/calendar";
import { useTexts } from "../texts";
import type { Booking } from "./book";

/** The booking for one's own calendar: as a file, or straight into Google's. */
export function AddToCalendar({ booking }: { booking: Booking }) {
  const t = useTexts();
  const [isBusy, setBusy] = useState(false);

  async function download() {
    setBusy(true);
    try {
      await downloadCalendar(booking.id, booking.session_details.title);
    } catch (error) {
      toast.error(errorMessage(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <div className="flex flex-wrap gap-3 border-t border-line bg-sunk px-5 py-4">
      <Button variant="secondary" className="flex-1" isBusy={isBusy} onClick={() => void download()}>
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
