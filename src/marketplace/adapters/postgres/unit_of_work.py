"""One asyncpg transaction, with the nouns that can be changed in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property

from marketplace.adapters.postgres.audit import PostgresAuditLog
from marketplace.adapters.postgres.bookings import PostgresBookings
from marketplace.adapters.postgres.bulk import PostgresBulkRuns
from marketplace.adapters.postgres.calendars import PostgresFeeds
from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.adapters.postgres.events import PostgresEvents
from marketplace.adapters.postgres.idempotency import PostgresIdempotencyKeys
from marketplace.adapters.postgres.jobs.enqueue import PostgresJobs
from marketplace.adapters.postgres.password_resets import PostgresResets
from marketplace.adapters.postgres.reports import PostgresReports
from marketplace.adapters.postgres.sessions import PostgresSessions
from marketplace.adapters.postgres.slots import PostgresSlots
from marketplace.adapters.postgres.tokens import PostgresTokens
from marketplace.adapters.postgres.users import PostgresUsers
from marketplace.core.ports.audit import AuditLog
from marketplace.core.ports.bookings import Bookings
from marketplace.core.ports.bulk import BulkRuns
from marketplace.core.ports.calendars import Feeds
from marketplace.core.ports.events import Events
from marketplace.core.ports.idempotency import IdempotencyKeys
from marketplace.core.ports.jobs import Jobs
from marketplace.core.ports.password_resets import Resets
from marketplace.core.ports.reports import Reports
from marketplace.core.ports.sessions import Sessions
from marketplace.core.ports.slots import Slots
from marketplace.core.ports.tokens import Tokens
from marketplace.core.ports.users import Users


class PostgresTransaction:
    """What can be changed together, on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @cached_property
    def users(self) -> Users:
        """Accounts."""
        return PostgresUsers(self._connection)

    @cached_property
    def tokens(self) -> Tokens:
        """Logins."""
        return PostgresTokens(self._connection)

    @cached_property
    def reports(self) -> Reports:
        """Reports of sessions."""
        return PostgresReports(self._connection)

    @cached_property
    def resets(self) -> Resets:
        """Links to set a new password."""
        return PostgresResets(self._connection)

    @cached_property
    def sessions(self) -> Sessions:
        """Sessions."""
        return PostgresSessions(self._connection)

    @cached_property
    def slots(self) -> Slots:
        """Slots."""
        return PostgresSlots(self._connection)

    @cached_property
    def bookings(self) -> Bookings:
        """Bookings."""
        return PostgresBookings(self._connection)

    @cached_property
    def feeds(self) -> Feeds:
        """Feeds of calendars."""
        return PostgresFeeds(self._connection)

    @property
    def events(self) -> Events:
        """What happened, for subscribers."""
        return PostgresEvents(self._connection)

    @property
    def idempotency_keys(self) -> IdempotencyKeys:
        """Keys of requests that may come again."""
        return PostgresIdempotencyKeys(self._connection)

    @cached_property
    def jobs(self) -> Jobs:
        """Work for later."""
        return PostgresJobs(self._connection)

    @property
    def bulk_runs(self) -> BulkRuns:
        """Bulk actions."""
        return PostgresBulkRuns(self._connection)

    @property
    def audit(self) -> AuditLog:
        """The audit log."""
        return PostgresAuditLog(self._connection)


class PostgresUnitOfWork:
    """Begins a transaction; commits it when the block ends, rolls back when it raises or is cancelled."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[PostgresTransaction]:
        """One transaction on a connection of its own."""
        async with self._database.transaction() as connection:
            yield PostgresTransaction(connection)
