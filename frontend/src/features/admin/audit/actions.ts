import type { Entry } from "./rows";

type Action = Entry["action"];

/** All that the audit log knows, in the order in which it is offered to choose from. */
export const ACTIONS = [
  "signed_in",
  "sign_in_refused",
  "refresh_refused",
  "registered",
  "password_changed",
  "password_reset_issued",
  "password_reset",
  "role_changed",
  "rights_changed",
  "user_changed",
  "activated",
  "deactivated",
  "impersonation_started",
  "impersonation_ended",
  "impersonated_change_refused",
  "session_changed",
  "session_hidden",
  "session_restored",
  "session_featured",
  "session_unfeatured",
  "session_archived",
  "report_upheld",
  "report_dismissed",
  "booking_cancelled",
  "booking_confirmed",
  "booking_declined",
  "booking_completed",
  "booking_rescheduled",
  "bulk_begun",
  "bulk_cancelled",
  "exported",
  "job_retried",
] as const satisfies Action[];
