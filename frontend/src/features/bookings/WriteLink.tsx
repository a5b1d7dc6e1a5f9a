import { Link } from "@tanstack/react-router";
import { displayName } from "~/lib/auth/me";
import { validateBookings } from "./own/search";
import { useTexts } from "./texts";
import type { Booking } from "./types";

/** Leads a learner to the conversation with the creator, ready to type. */
export function WriteLink({
  booking: { id, session_details },
  className,
  onClick,
}: {
  booking: Pick<Booking, "id" | "session_details">;
  className?: string;
  onClick?: () => void;
}) {
  const t = useTexts();
  return (
    <Link
      to="/dashboard"
      search={(before) => ({ ...validateBookings(before), booking: id, write: true as const })}
      resetScroll={false}
      className={className}
      onClick={onClick}
    >
      {t("own.actions.write", { name: displayName(session_details.creator_details) })}
    </Link>
  );
}
