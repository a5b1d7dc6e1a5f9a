"""The unit of work: one asyncpg transaction and the ports on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property

from marketplace.adapters.postgres.account_erasure import PostgresErasure
from marketplace.adapters.postgres.api_keys import PostgresApiKeys
from marketplace.adapters.postgres.audit import PostgresAuditLog
from marketplace.adapters.postgres.bulk import PostgresBulkRuns
from marketplace.adapters.postgres.calendars import PostgresFeeds
from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.adapters.postgres.conversations import PostgresBookingMessages
from marketplace.adapters.postgres.creator_hours import PostgresHours
from marketplace.adapters.postgres.drafted_ports import (
    DraftedBookings,
    DraftedJobs,
    DraftedLedger,
    DraftedMessages,
    DraftedNotifications,
    DraftedPayments,
    DraftedUsers,
)
from marketplace.adapters.postgres.email_tokens import PostgresEmailRequests
from marketplace.adapters.postgres.events import PostgresEvents
from marketplace.adapters.postgres.favourites import PostgresFavourites
from marketplace.adapters.postgres.idempotency import PostgresIdempotencyKeys
from marketplace.adapters.postgres.identities import PostgresIdentities
from marketplace.adapters.postgres.local_starts import PostgresLocalStarts
from marketplace.adapters.postgres.passkeys import PostgresPasskeys
from marketplace.adapters.postgres.password_resets import PostgresResets
from marketplace.adapters.postgres.pictures import PostgresPictureRecords
from marketplace.adapters.postgres.reports import PostgresReports
from marketplace.adapters.postgres.reviews import PostgresReviews
from marketplace.adapters.postgres.second_factors import PostgresSecondFactors
from marketplace.adapters.postgres.sessions import PostgresSessions
from marketplace.adapters.postgres.slots import PostgresSlots
from marketplace.adapters.postgres.tokens import PostgresTokens
from marketplace.adapters.postgres.usernames import PostgresUsernameClaims
from marketplace.adapters.postgres.waitlist import PostgresWaitlist
from marketplace.core.ports.account_erasure import Erasure
from marketplace.core.ports.api_keys import ApiKeys
from marketplace.core.ports.audit import AuditLog
from marketplace.core.ports.bookings import Bookings
from marketplace.core.ports.bulk import BulkRuns
from marketplace.core.ports.calendars import Feeds
from marketplace.core.ports.conversations import BookingMessages
from marketplace.core.ports.creator_hours import Hours
from marketplace.core.ports.email_tokens import EmailRequests
from marketplace.core.ports.events import Events
from marketplace.core.ports.favourites import Favourites
from marketplace.core.ports.idempotency import IdempotencyKeys
from marketplace.core.ports.identities import Identities
from marketplace.core.ports.jobs import Jobs
from marketplace.core.ports.ledger import Ledger
from marketplace.core.ports.local_starts import LocalStarts
from marketplace.core.ports.messages import Messages
from marketplace.core.ports.notifications import Notifications
from marketplace.core.ports.passkeys import Passkeys
from marketplace.core.ports.password_resets import Resets
from marketplace.core.ports.payments import PaymentRecords
from marketplace.core.ports.pictures import PictureRecords
from marketplace.core.ports.reports import Reports
from marketplace.core.ports.reviews import Reviews
from marketplace.core.ports.second_factors import SecondFactors
from marketplace.core.ports.sessions import Sessions
from marketplace.core.ports.slots import Slots
from marketplace.core.ports.tokens import Tokens
from marketplace.core.ports.usernames import UsernameClaims
from marketplace.core.ports.users import Users
from marketplace.core.ports.waitlist import Waitlist


class PostgresTransaction:
    """The ports of one transaction, on its connection. `drafted_ports` has those that may know a booking ahead."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @cached_property
    def users(self) -> Users:
        return DraftedUsers(self._connection)

    @property
    def usernames(self) -> UsernameClaims:
        return PostgresUsernameClaims(self._connection)

    @cached_property
    def tokens(self) -> Tokens:
        return PostgresTokens(self._connection)

    @property
    def second_factors(self) -> SecondFactors:
        return PostgresSecondFactors(self._connection)

    @cached_property
    def api_keys(self) -> ApiKeys:
        return PostgresApiKeys(self._connection)

    @cached_property
    def reports(self) -> Reports:
        return PostgresReports(self._connection)

    @cached_property
    def resets(self) -> Resets:
        return PostgresResets(self._connection)

    @property
    def email_requests(self) -> EmailRequests:
        return PostgresEmailRequests(self._connection)

    @property
    def identities(self) -> Identities:
        return PostgresIdentities(self._connection)

    @property
    def passkeys(self) -> Passkeys:
        return PostgresPasskeys(self._connection)

    @property
    def reviews(self) -> Reviews:
        return PostgresReviews(self._connection)

    @cached_property
    def sessions(self) -> Sessions:
        return PostgresSessions(self._connection)

    @cached_property
    def slots(self) -> Slots:
        return PostgresSlots(self._connection)

    @cached_property
    def waitlist(self) -> Waitlist:
        return PostgresWaitlist(self._connection)

    @cached_property
    def bookings(self) -> Bookings:
        return DraftedBookings(self._connection)

    @property
    def booking_messages(self) -> BookingMessages:
        return PostgresBookingMessages(self._connection)

    @property
    def notifications(self) -> Notifications:
        return DraftedNotifications(self._connection)

    @property
    def local_starts(self) -> LocalStarts:
        return PostgresLocalStarts(self._connection)

    @cached_property
    def feeds(self) -> Feeds:
        return PostgresFeeds(self._connection)

    @property
    def hours(self) -> Hours:
        return PostgresHours(self._connection)

    @property
    def favourites(self) -> Favourites:
        return PostgresFavourites(self._connection)

    @property
    def events(self) -> Events:
        return PostgresEvents(self._connection)

    @cached_property
    def messages(self) -> Messages:
        return DraftedMessages(self._connection)

    @property
    def idempotency_keys(self) -> IdempotencyKeys:
        return PostgresIdempotencyKeys(self._connection)

    @cached_property
    def jobs(self) -> Jobs:
        return DraftedJobs(self._connection)

    @property
    def bulk_runs(self) -> BulkRuns:
        return PostgresBulkRuns(self._connection)

    @property
    def pictures(self) -> PictureRecords:
        return PostgresPictureRecords(self._connection)

    @property
    def payments(self) -> PaymentRecords:
        return DraftedPayments(self._connection)

    @property
    def ledger(self) -> Ledger:
        return DraftedLedger(self._connection)

    @property
    def audit(self) -> AuditLog:
        return PostgresAuditLog(self._connection)

    @property
    def erasure(self) -> Erasure:
        return PostgresErasure(self._connection)


class PostgresUnitOfWork:
    """`UnitOfWork` over the pool: commits when the block ends, rolls back when it raises or is cancelled."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[PostgresTransaction]:
        """Run a transaction on a separate connection, from its first statement on."""
        async with self._database.transaction(begins_at_once=False) as connection:
            yield PostgresTransaction(connection)
