"""All ports of one storage adapter: reads outside a transaction, and transactions."""

from dataclasses import dataclass

from marketplace.core.ports.admin_lists import AdminLists
from marketplace.core.ports.announcements import Announcements
from marketplace.core.ports.api_keys import ApiKeyDirectory
from marketplace.core.ports.audit import AuditLogReader
from marketplace.core.ports.booking_quotes import BookingQuotes
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.ports.bulk import BulkLists, BulkTargets
from marketplace.core.ports.calendars import FeedDirectory
from marketplace.core.ports.conversations import Conversations
from marketplace.core.ports.creator_hours import HoursDirectory
from marketplace.core.ports.creators import CreatorDirectory
from marketplace.core.ports.dashboards import Dashboards
from marketplace.core.ports.email_tokens import EmailTokenDirectory
from marketplace.core.ports.favourites import FavouriteLists
from marketplace.core.ports.identities import IdentityDirectory
from marketplace.core.ports.inbox import Inbox
from marketplace.core.ports.jobs import FailingJobs, JobQueue
from marketplace.core.ports.ledger import LedgerBooks
from marketplace.core.ports.local_starts import PromisedSlots
from marketplace.core.ports.messages import MessageLists
from marketplace.core.ports.notifications import NotificationFeeds
from marketplace.core.ports.passkeys import PasskeyDirectory
from marketplace.core.ports.password_resets import ResetDirectory
from marketplace.core.ports.payments import PaymentLists
from marketplace.core.ports.rate_limits import RateLimits
from marketplace.core.ports.reports import ReportQueue
from marketplace.core.ports.reviews import ReviewLists
from marketplace.core.ports.second_factors import SecondFactorDirectory
from marketplace.core.ports.sessions import Catalog
from marketplace.core.ports.sitemaps import ListedSessions
from marketplace.core.ports.slots import Availabilities
from marketplace.core.ports.summaries import CreatorSummaries
from marketplace.core.ports.system import Readiness
from marketplace.core.ports.tokens import LoginDirectory, Principals
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.ports.users import UserDirectory
from marketplace.core.ports.waitlist import Waitlists


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """One adapter of every storage port; each adapter package has a factory function for it."""

    users: UserDirectory
    principals: Principals
    logins: LoginDirectory
    second_factors: SecondFactorDirectory
    api_keys: ApiKeyDirectory
    catalog: Catalog
    listed_sessions: ListedSessions
    availabilities: Availabilities
    booking_quotes: BookingQuotes
    booking_lists: BookingLists
    conversations: Conversations
    notifications: NotificationFeeds
    promised_slots: PromisedSlots
    feeds: FeedDirectory
    hours: HoursDirectory
    creators: CreatorDirectory
    favourites: FavouriteLists
    waitlists: Waitlists
    summaries: CreatorSummaries
    rate_limits: RateLimits
    audit: AuditLogReader
    resets: ResetDirectory
    email_tokens: EmailTokenDirectory
    identities: IdentityDirectory
    passkeys: PasskeyDirectory
    reports: ReportQueue
    reviews: ReviewLists
    dashboards: Dashboards
    failing_jobs: FailingJobs
    job_queue: JobQueue
    bulk_lists: BulkLists
    bulk_targets: BulkTargets
    lists: AdminLists
    announcements: Announcements
    messages: MessageLists
    inbox: Inbox
    payments: PaymentLists
    ledger: LedgerBooks
    unit_of_work: UnitOfWork
    readiness: Readiness
