"""Transactions."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from marketplace.adapters.memory.account_erasure import MemoryErasure
from marketplace.adapters.memory.api_keys import MemoryApiKeys
from marketplace.adapters.memory.audit import MemoryAuditLog
from marketplace.adapters.memory.bookings import MemoryBookings
from marketplace.adapters.memory.bulk import MemoryBulkRuns
from marketplace.adapters.memory.calendars import MemoryFeeds
from marketplace.adapters.memory.conversations import MemoryBookingMessages
from marketplace.adapters.memory.creator_hours import MemoryHours
from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.email_tokens import MemoryEmailRequests
from marketplace.adapters.memory.events import MemoryEvents
from marketplace.adapters.memory.favourites import MemoryFavourites
from marketplace.adapters.memory.idempotency import MemoryIdempotencyKeys
from marketplace.adapters.memory.identities import MemoryIdentities
from marketplace.adapters.memory.jobs import MemoryJobs
from marketplace.adapters.memory.ledger import MemoryLedger
from marketplace.adapters.memory.local_starts import MemoryLocalStarts
from marketplace.adapters.memory.messages import MemoryMessages
from marketplace.adapters.memory.notifications import MemoryNotifications
from marketplace.adapters.memory.passkeys import MemoryPasskeys
from marketplace.adapters.memory.password_resets import MemoryResets
from marketplace.adapters.memory.payments import MemoryPaymentRecords
from marketplace.adapters.memory.pictures import MemoryPictureRecords
from marketplace.adapters.memory.reports import MemoryReports
from marketplace.adapters.memory.reviews import MemoryReviews
from marketplace.adapters.memory.second_factors import MemorySecondFactors
from marketplace.adapters.memory.sessions import MemorySessions
from marketplace.adapters.memory.slots import MemorySlots
from marketplace.adapters.memory.tokens import MemoryTokens
from marketplace.adapters.memory.usernames import MemoryUsernameClaims
from marketplace.adapters.memory.users import MemoryUsers
from marketplace.adapters.memory.waitlist import MemoryWaitlist


class MemoryTransaction:
    """The ports of one transaction."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.users = MemoryUsers(rows)
        self.usernames = MemoryUsernameClaims(rows)
        self.tokens = MemoryTokens(rows)
        self.second_factors = MemorySecondFactors(rows)
        self.api_keys = MemoryApiKeys(rows)
        self.resets = MemoryResets(rows)
        self.email_requests = MemoryEmailRequests(rows)
        self.passkeys = MemoryPasskeys(rows)
        self.reports = MemoryReports(rows)
        self.reviews = MemoryReviews(rows)
        self.sessions = MemorySessions(rows)
        self.slots = MemorySlots(rows)
        self.waitlist = MemoryWaitlist(rows)
        self.bookings = MemoryBookings(rows)
        self.booking_messages = MemoryBookingMessages(rows)
        self.notifications = MemoryNotifications(rows)
        self.local_starts = MemoryLocalStarts(rows)
        self.feeds = MemoryFeeds(rows)
        self.hours = MemoryHours(rows)
        self.favourites = MemoryFavourites(rows)
        self.events = MemoryEvents(rows)
        self.messages = MemoryMessages(rows)
        self.idempotency_keys = MemoryIdempotencyKeys(rows)
        self.identities = MemoryIdentities(rows)
        self.jobs = MemoryJobs(rows)
        self.bulk_runs = MemoryBulkRuns(rows)
        self.pictures = MemoryPictureRecords(rows)
        self.payments = MemoryPaymentRecords(rows)
        self.ledger = MemoryLedger(rows)
        self.audit = MemoryAuditLog(rows)
        self.erasure = MemoryErasure(rows)


class MemoryUnitOfWork:
    """`UnitOfWork` over one database."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[MemoryTransaction]:
        """Run a transaction: committed when the block ends, rolled back when it raises."""
        await asyncio.sleep(0)
        rows = self._database.begin()
        try:
            yield MemoryTransaction(rows)
            await rows.commit()
        finally:
            rows.end()
