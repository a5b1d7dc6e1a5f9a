"""All ports on PostgreSQL together."""

from marketplace.adapters.postgres.announcements import PostgresAnnouncements
from marketplace.adapters.postgres.api_keys import PostgresApiKeyDirectory
from marketplace.adapters.postgres.audit import PostgresAuditLogReader
from marketplace.adapters.postgres.availability import PostgresAvailabilities
from marketplace.adapters.postgres.booking_lists import PostgresBookingLists
from marketplace.adapters.postgres.booking_quotes import PostgresBookingQuotes
from marketplace.adapters.postgres.bulk import PostgresBulkLists
from marketplace.adapters.postgres.bulk_targets import PostgresBulkTargets
from marketplace.adapters.postgres.calendars import PostgresFeedDirectory
from marketplace.adapters.postgres.connection.pool import Database
from marketplace.adapters.postgres.connection.replica import Reading
from marketplace.adapters.postgres.conversations import PostgresConversations
from marketplace.adapters.postgres.creator_hours import PostgresHoursDirectory
from marketplace.adapters.postgres.creators import PostgresCreatorDirectory
from marketplace.adapters.postgres.dashboards import PostgresDashboards
from marketplace.adapters.postgres.email_tokens import PostgresEmailTokenDirectory
from marketplace.adapters.postgres.favourites import PostgresFavouriteLists
from marketplace.adapters.postgres.identities import PostgresIdentityDirectory
from marketplace.adapters.postgres.inbox import PostgresInbox
from marketplace.adapters.postgres.jobs.failing import PostgresFailingJobs
from marketplace.adapters.postgres.jobs.queue import PostgresJobQueue
from marketplace.adapters.postgres.kept_sessions import KeptSessions
from marketplace.adapters.postgres.lazy_admin_lists import lazy_admin_lists
from marketplace.adapters.postgres.ledger import PostgresLedgerBooks
from marketplace.adapters.postgres.local_starts import PostgresPromisedSlots
from marketplace.adapters.postgres.message_lists import PostgresMessageLists
from marketplace.adapters.postgres.notifications import PostgresNotificationFeeds
from marketplace.adapters.postgres.passkeys import PostgresPasskeyDirectory
from marketplace.adapters.postgres.password_resets import PostgresResetDirectory
from marketplace.adapters.postgres.payment_lists import PostgresPaymentLists
from marketplace.adapters.postgres.rate_limits import PostgresRateLimits
from marketplace.adapters.postgres.readiness import PostgresReadiness
from marketplace.adapters.postgres.reports import PostgresReportQueue
from marketplace.adapters.postgres.reviews import PostgresReviewLists
from marketplace.adapters.postgres.second_factors import PostgresSecondFactorDirectory
from marketplace.adapters.postgres.sessions import PostgresCatalog
from marketplace.adapters.postgres.sitemaps import PostgresListedSessions
from marketplace.adapters.postgres.summaries import PostgresCreatorSummaries
from marketplace.adapters.postgres.tokens import PostgresLoginDirectory, PostgresPrincipals
from marketplace.adapters.postgres.unit_of_work import PostgresUnitOfWork
from marketplace.adapters.postgres.users import PostgresUserDirectory
from marketplace.adapters.postgres.waitlist import PostgresWaitlists
from marketplace.core.ports.storage import Storage


def postgres_storage(database: Database, lists: Reading | None = None) -> Storage:
    """Create every storage port over one pool; public lists read from `lists`, which may lag slightly."""
    sessions = KeptSessions()
    return Storage(
        users=PostgresUserDirectory(database),
        principals=PostgresPrincipals(database),
        logins=PostgresLoginDirectory(database),
        second_factors=PostgresSecondFactorDirectory(database),
        api_keys=PostgresApiKeyDirectory(database),
        catalog=PostgresCatalog(database, lists or database),
        listed_sessions=PostgresListedSessions(lists or database),
        availabilities=PostgresAvailabilities(database),
        booking_quotes=PostgresBookingQuotes(database),
        booking_lists=PostgresBookingLists(database, sessions),
        conversations=PostgresConversations(database),
        notifications=PostgresNotificationFeeds(database),
        promised_slots=PostgresPromisedSlots(database),
        feeds=PostgresFeedDirectory(database),
        hours=PostgresHoursDirectory(database),
        creators=PostgresCreatorDirectory(database),
        favourites=PostgresFavouriteLists(database),
        waitlists=PostgresWaitlists(database),
        summaries=PostgresCreatorSummaries(database),
        rate_limits=PostgresRateLimits(database),
        audit=PostgresAuditLogReader(database),
        resets=PostgresResetDirectory(database),
        email_tokens=PostgresEmailTokenDirectory(database),
        identities=PostgresIdentityDirectory(database),
        passkeys=PostgresPasskeyDirectory(database),
        reports=PostgresReportQueue(database),
        reviews=PostgresReviewLists(database),
        dashboards=PostgresDashboards(database),
        failing_jobs=PostgresFailingJobs(database),
        job_queue=PostgresJobQueue(database),
        bulk_lists=PostgresBulkLists(database),
        bulk_targets=PostgresBulkTargets(database),
        lists=lazy_admin_lists(database),
        announcements=PostgresAnnouncements(database.dsn, sessions),
        inbox=PostgresInbox(database),
        payments=PostgresPaymentLists(database),
        ledger=PostgresLedgerBooks(database),
        messages=PostgresMessageLists(database),
        unit_of_work=PostgresUnitOfWork(database),
        readiness=PostgresReadiness(database),
    )
