import { Dialog } from "~/components/Dialog";
import { useTexts } from "../texts";
import { BookingFields } from "./BookingFields";
import { BookingTotal } from "./BookingTotal";
import type { BookingState } from "./useBooking";

/** The booking panel as a bottom sheet, for phones. */
export default function BookingSheet({ booking, onClose }: { booking: BookingState; onClose: () => void }) {
  const t = useTexts();
  return (
    <Dialog isOpen onClose={onClose} title={t("book.title")} footer={<BookingTotal booking={booking} />}>
      <BookingFields booking={booking} />
    </Dialog>
  );
}
