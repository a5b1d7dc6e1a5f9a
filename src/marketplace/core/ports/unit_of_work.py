"""One transaction per effect."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

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


class Transaction(Protocol):
    """What can be changed together."""

    @property
    def users(self) -> Users:
        """Accounts."""
        ...

    @property
    def tokens(self) -> Tokens:
        """Logins."""
        ...

    @property
    def reports(self) -> Reports:
        """Reports of sessions."""
        ...

    @property
    def resets(self) -> Resets:
        """Links to set a new password."""
        ...

    @property
    def sessions(self) -> Sessions:
        """Sessions."""
        ...

    @property
    def slots(self) -> Slots:
        """Slots."""
        ...

    @property
    def bookings(self) -> Bookings:
        """Bookings."""
        ...

    @property
    def feeds(self) -> Feeds:
        """Feeds of calendars."""
        ...

    @property
    def events(self) -> Events:
        """What happened, for subscribers."""
        ...

    @property
    def idempotency_keys(self) -> IdempotencyKeys:
        """Keys of requests that may come again."""
        ...

    @property
    def jobs(self) -> Jobs:
        """Work for later."""
        ...

    @property
    def bulk_runs(self) -> BulkRuns:
        """Bulk actions."""
        ...

    @property
    def audit(self) -> AuditLog:
        """The audit log."""
        ...


UnitOfWork = Callable[[], AbstractAsyncContextManager[Transaction]]
"""Begins a transaction.

It is committed when the `with` block ends, and rolled back when the block raises or is cancelled. Entering and every
operation raise `Busy` when the database or a lock cannot be had in time, `TransactionConflict` where one retry may
help; leaving raises `OutcomeUnknown` when the database is lost while it commits. Each statement sees what was committed
before it began (READ COMMITTED).
"""
