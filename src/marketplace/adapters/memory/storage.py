"""All in-memory ports together."""

import asyncio
from datetime import timedelta

from marketplace.adapters.memory.admin_lists import memory_admin_lists
from marketplace.adapters.memory.announcements import MemoryAnnouncements
from marketplace.adapters.memory.api_keys import MemoryApiKeyDirectory
from marketplace.adapters.memory.audit import MemoryAuditLogReader
from marketplace.adapters.memory.availability import MemoryAvailabilities
from marketplace.adapters.memory.booking_quotes import MemoryBookingQuotes
from marketplace.adapters.memory.bookings import MemoryBookingLists
from marketplace.adapters.memory.bulk import MemoryBulkLists
from marketplace.adapters.memory.bulk_targets import MemoryBulkTargets
from marketplace.adapters.memory.calendars import MemoryFeedDirectory
from marketplace.adapters.memory.catalog import MemoryCatalog
from marketplace.adapters.memory.conversations import MemoryConversations
from marketplace.adapters.memory.creator_hours import MemoryHoursDirectory
from marketplace.adapters.memory.creators import MemoryCreatorDirectory
from marketplace.adapters.memory.dashboards import MemoryDashboards
from marketplace.adapters.memory.database import MemoryDatabase
from marketplace.adapters.memory.email_tokens import MemoryEmailTokenDirectory
from marketplace.adapters.memory.favourites import MemoryFavouriteLists
from marketplace.adapters.memory.identities import MemoryIdentityDirectory
from marketplace.adapters.memory.inbox import MemoryInbox
from marketplace.adapters.memory.jobs import MemoryFailingJobs, MemoryJobQueue
from marketplace.adapters.memory.ledger import MemoryLedgerBooks
from marketplace.adapters.memory.local_starts import MemoryPromisedSlots
from marketplace.adapters.memory.messages import MemoryMessageLists
from marketplace.adapters.memory.notifications import MemoryNotificationFeeds
from marketplace.adapters.memory.passkeys import MemoryPasskeyDirectory
from marketplace.adapters.memory.password_resets import MemoryResetDirectory
from marketplace.adapters.memory.payment_lists import MemoryPaymentLists
from marketplace.adapters.memory.rate_limits import MemoryRateLimits
from marketplace.adapters.memory.reports import MemoryReportQueue
from marketplace.adapters.memory.reviews import MemoryReviewLists
from marketplace.adapters.memory.second_factors import MemorySecondFactorDirectory
from marketplace.adapters.memory.sitemaps import MemoryListedSessions
from marketplace.adapters.memory.summaries import MemoryCreatorSummaries
from marketplace.adapters.memory.tokens import MemoryLoginDirectory, MemoryPrincipals
from marketplace.adapters.memory.unit_of_work import MemoryUnitOfWork
from marketplace.adapters.memory.users import MemoryUserDirectory
from marketplace.adapters.memory.waitlist import MemoryWaitlists
from marketplace.core.ports.storage import Storage

LOCK_TIMEOUT = timedelta(seconds=5)


class MemoryReadiness:
    """`Readiness` of memory, which is always ready."""

    async def check(self) -> None:
        await asyncio.sleep(0)


def memory_storage(database: MemoryDatabase | None = None, *, lock_timeout: timedelta = LOCK_TIMEOUT) -> Storage:
    """Create every storage port over one database: by default a new one, which lives as long as the process."""
    database = database or MemoryDatabase(lock_timeout)
    begin = MemoryUnitOfWork(database)
    return Storage(
        users=MemoryUserDirectory(database),
        principals=MemoryPrincipals(database),
        logins=MemoryLoginDirectory(database),
        second_factors=MemorySecondFactorDirectory(database),
        api_keys=MemoryApiKeyDirectory(database),
        catalog=MemoryCatalog(database),
        listed_sessions=MemoryListedSessions(database),
        availabilities=MemoryAvailabilities(database),
        booking_quotes=MemoryBookingQuotes(database, begin),
        booking_lists=MemoryBookingLists(database),
        conversations=MemoryConversations(database),
        notifications=MemoryNotificationFeeds(database),
        promised_slots=MemoryPromisedSlots(database),
        feeds=MemoryFeedDirectory(database),
        hours=MemoryHoursDirectory(database),
        creators=MemoryCreatorDirectory(database),
        favourites=MemoryFavouriteLists(database),
        waitlists=MemoryWaitlists(database),
        summaries=MemoryCreatorSummaries(database),
        rate_limits=MemoryRateLimits(),
        audit=MemoryAuditLogReader(database),
        resets=MemoryResetDirectory(database),
        email_tokens=MemoryEmailTokenDirectory(database),
        identities=MemoryIdentityDirectory(database),
        passkeys=MemoryPasskeyDirectory(database),
        reports=MemoryReportQueue(database),
        reviews=MemoryReviewLists(database),
        dashboards=MemoryDashboards(database),
        failing_jobs=MemoryFailingJobs(database),
        job_queue=MemoryJobQueue(database),
        bulk_lists=MemoryBulkLists(database),
        bulk_targets=MemoryBulkTargets(database),
        lists=memory_admin_lists(database),
        announcements=MemoryAnnouncements(database),
        inbox=MemoryInbox(database),
        payments=MemoryPaymentLists(database),
        ledger=MemoryLedgerBooks(database),
        messages=MemoryMessageLists(database),
        unit_of_work=begin,
        readiness=MemoryReadiness(),
    )
