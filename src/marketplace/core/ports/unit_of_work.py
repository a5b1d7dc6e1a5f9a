"""Transactions."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

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


class Transaction(Protocol):
    """Everything that one transaction can change."""

    @property
    def users(self) -> Users: ...

    @property
    def usernames(self) -> UsernameClaims: ...

    @property
    def tokens(self) -> Tokens: ...

    @property
    def second_factors(self) -> SecondFactors: ...

    @property
    def api_keys(self) -> ApiKeys: ...

    @property
    def reports(self) -> Reports: ...

    @property
    def resets(self) -> Resets: ...

    @property
    def email_requests(self) -> EmailRequests: ...

    @property
    def identities(self) -> Identities: ...

    @property
    def passkeys(self) -> Passkeys: ...

    @property
    def reviews(self) -> Reviews: ...

    @property
    def sessions(self) -> Sessions: ...

    @property
    def slots(self) -> Slots: ...

    @property
    def waitlist(self) -> Waitlist: ...

    @property
    def bookings(self) -> Bookings: ...

    @property
    def booking_messages(self) -> BookingMessages: ...

    @property
    def notifications(self) -> Notifications: ...

    @property
    def local_starts(self) -> LocalStarts: ...

    @property
    def feeds(self) -> Feeds: ...

    @property
    def hours(self) -> Hours: ...

    @property
    def favourites(self) -> Favourites: ...

    @property
    def events(self) -> Events: ...

    @property
    def messages(self) -> Messages: ...

    @property
    def idempotency_keys(self) -> IdempotencyKeys: ...

    @property
    def jobs(self) -> Jobs: ...

    @property
    def bulk_runs(self) -> BulkRuns: ...

    @property
    def pictures(self) -> PictureRecords: ...

    @property
    def payments(self) -> PaymentRecords: ...

    @property
    def ledger(self) -> Ledger: ...

    @property
    def audit(self) -> AuditLog: ...

    @property
    def erasure(self) -> Erasure: ...


UnitOfWork = Callable[[], AbstractAsyncContextManager[Transaction]]
"""Starts a transaction.

It commits when the `with` block ends, and rolls back when the block raises or is cancelled. Entering and every
operation raise `Busy` if the database or a lock is not available in time, and `TransactionConflict` if one retry may
help; leaving raises `OutcomeUnknown` if the connection is lost during commit. Each statement sees what was committed
before it started (READ COMMITTED).
"""
