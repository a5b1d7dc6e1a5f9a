/**
 * All pages of the back office in one chunk: each further chunk would add its name to the entry that every visitor
 * loads.
 */
export { AdminShell } from "./AdminShell";
export { AuditPage } from "./audit/AuditPage";
export { BookingPage } from "./bookings/BookingPage";
export { BookingsPage } from "./bookings/BookingsPage";
export { BulkPage } from "./bulk/BulkPage";
export { HomePage } from "./home/HomePage";
export { MailsPage } from "./mails/MailsPage";
export { PaymentPage } from "./payments/PaymentPage";
export { PaymentsPage } from "./payments/PaymentsPage";
export { ReportsPage } from "./reports/ReportsPage";
export { ReviewsPage } from "./reviews/ReviewsPage";
export { EditPage } from "./sessions/EditPage";
export { SessionPage } from "./sessions/SessionPage";
export { SessionsPage } from "./sessions/SessionsPage";
export { UserPage } from "./users/UserPage";
export { UsersPage } from "./users/UsersPage";
