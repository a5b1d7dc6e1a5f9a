"""Tables as dictionaries, and transactions that buffer their changes until they commit."""

import asyncio
from collections.abc import Hashable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

from marketplace.adapters.memory.locks import Locks
from marketplace.adapters.memory.money_tables import MoneyTables
from marketplace.adapters.memory.passkey_tables import PasskeyTables
from marketplace.adapters.memory.records import (
    AddressRow,
    ApiKeyRow,
    BulkRow,
    ClaimRow,
    EventRow,
    IdempotencyKeyId,
    IdempotencyKeyRow,
    JobRow,
    LoginRow,
    MessageKey,
    RecoveryCodeRow,
    SeatKey,
    SlotKey,
    TokenRow,
    UnsubscribedRow,
)
from marketplace.adapters.memory.review_tables import ReviewTables
from marketplace.adapters.memory.tables import Table
from marketplace.core.domain.audit import AuditEntry
from marketplace.core.domain.booking_steps import BookingStep
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.bulk import AgreedRows
from marketplace.core.domain.calendars import CalendarFeed
from marketplace.core.domain.conversations import BookingMessage
from marketplace.core.domain.creator_hours import CreatorHours
from marketplace.core.domain.email_tokens import EmailRequest, EmailToken
from marketplace.core.domain.events import EventId
from marketplace.core.domain.favourites import Favourite
from marketplace.core.domain.identities import Identity
from marketplace.core.domain.materialized_availability import MaterializedAvailability
from marketplace.core.domain.messages import Message, MessageKind
from marketplace.core.domain.notifications import Notification
from marketplace.core.domain.password_resets import PasswordReset
from marketplace.core.domain.pictures import PictureRecord
from marketplace.core.domain.reports import Report
from marketplace.core.domain.schedules import Schedule
from marketplace.core.domain.second_factors import TotpFactor
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slots import Slot
from marketplace.core.domain.users import User
from marketplace.core.domain.waitlist import WaitlistEntry
from marketplace.core.ports.announcements import AnswerKeeper
from marketplace.core.ports.inbox import InboxMail

K = TypeVar("K", bound=Hashable)
R = TypeVar("R")


class MemoryDatabase:
    """All tables. `emails`, `usernames`, `seats`, `feed_tokens` and `reported` are unique indexes to a row's owner.

    `claimed_events` maps an event to the open transaction that has claimed it.
    """

    def __init__(self, lock_timeout: timedelta) -> None:  # noqa: PLR0915 - one statement per table
        self.users: Table[UUID, User] = Table("users")
        self.emails: Table[str, UUID] = Table("emails")
        self.usernames: Table[str, UUID] = Table("usernames")
        self.username_claims: Table[str, ClaimRow] = Table("username_claims")
        self.logins: Table[UUID, LoginRow] = Table("logins", lambda row: row.login.user_id)
        self.tokens: Table[bytes, TokenRow] = Table("tokens")
        self.second_factors: Table[UUID, TotpFactor] = Table("second_factors")
        self.recovery_codes: Table[tuple[UUID, bytes], RecoveryCodeRow] = Table(
            "recovery_codes", lambda row: row.user_id
        )
        self.api_keys: Table[UUID, ApiKeyRow] = Table("api_keys", lambda row: row.key.user_id)
        self.api_key_uses: Table[UUID, datetime] = Table("api_key_uses")
        self.sessions: Table[UUID, Session] = Table("sessions")
        self.schedules: Table[UUID, Schedule] = Table("schedules")
        self.materialized: Table[UUID, MaterializedAvailability] = Table("materialized")
        self.slots: Table[SlotKey, Slot] = Table("slots")
        self.creator_hours: Table[UUID, CreatorHours] = Table("creator_hours")
        self.local_starts: Table[SlotKey, tuple[datetime, str]] = Table("local_starts")
        self.bookings: Table[UUID, Booking] = Table("bookings", lambda row: row.user_id)
        self.steps: Table[UUID, tuple[BookingStep, ...]] = Table("steps")
        self.seats: Table[SeatKey, UUID] = Table("seats")
        self.waitlist: Table[UUID, WaitlistEntry] = Table("waitlist", lambda row: row.slot_key)
        self.booking_messages: Table[UUID, BookingMessage] = Table("booking_messages", lambda row: row.booking_id)
        self.notifications: Table[UUID, Notification] = Table("notifications", lambda row: row.user_id)
        self.favourites: Table[tuple[UUID, UUID], Favourite] = Table("favourites", lambda row: row.user_id)
        self.identities: Table[tuple[str, str], Identity] = Table("identities", lambda row: row.user_id)
        self.feeds: Table[UUID, CalendarFeed] = Table("feeds")
        self.feed_tokens: Table[str, UUID] = Table("feed_tokens")
        self.keys: Table[IdempotencyKeyId, IdempotencyKeyRow] = Table("keys")
        self.jobs: Table[int, JobRow] = Table("jobs")
        self.bulk_runs: Table[UUID, BulkRow] = Table("bulk_runs")
        self.agreed_rows: Table[UUID, AgreedRows] = Table("agreed_rows")
        self.audit: Table[UUID, AuditEntry] = Table("audit")
        self.pictures: Table[UUID, PictureRecord] = Table("pictures")
        self.resets: Table[UUID, PasswordReset] = Table("resets")
        self.email_requests: Table[UUID, EmailRequest] = Table("email_requests")
        self.email_tokens: Table[bytes, EmailToken] = Table("email_tokens")
        self.reports: Table[UUID, Report] = Table("reports")
        self.reported: Table[tuple[UUID, UUID], UUID] = Table("reported")
        self.events: Table[EventId, EventRow] = Table("events", lambda row: row.deliver_at is None)
        self.messages: Table[UUID, Message] = Table("messages", lambda row: row.user_id)
        self.message_keys: Table[MessageKey, UUID] = Table("message_keys")
        self.addresses: Table[UUID, AddressRow] = Table("addresses")
        self.unsubscribed: Table[tuple[UUID, MessageKind], UnsubscribedRow] = Table(
            "unsubscribed", lambda row: row.user_id
        )
        self.money = MoneyTables()
        self.reviews = ReviewTables()
        self.passkeys = PasskeyTables()
        self.inbox: Table[UUID, InboxMail] = Table("inbox")
        self.claimed_messages: dict[UUID, Rows] = {}
        self.job_ids, self.event_numbers = count(), count(1)
        self.waitlist_numbers = count(1)
        self.claimed_events: dict[EventId, Rows] = {}
        self.locks = Locks(lock_timeout)
        self.open_rows: set[Rows] = set()
        self.keepers: set[AnswerKeeper] = set()

    def begin(self) -> "Rows":
        """Begin a transaction and return its view of the rows."""
        rows = Rows(self)
        self.open_rows.add(rows)
        return rows


class Rows:
    """The view of one transaction: the latest committed rows, overlaid with its own changes."""

    def __init__(self, database: MemoryDatabase) -> None:
        self.database = database
        self._changes: dict[Table[Any, Any], dict[Any, Any]] = {}

    def find(self, table: Table[K, R], key: K) -> R | None:
        changed: dict[K, R | None] = self._changes.get(table, {})
        return changed[key] if key in changed else table.rows.get(key)

    def get(self, table: Table[K, R], key: K) -> R:
        """Return the row with this key. Raises `KeyError` if there is none."""
        row = self.find(table, key)
        if row is None:
            raise KeyError(table.name, key)
        return row

    def all(self, table: Table[K, R]) -> Iterator[R]:
        """Yield every row of a table."""
        changed: dict[K, R | None] = self._changes.get(table, {})
        yield from (row for key, row in table.rows.items() if key not in changed)
        yield from (row for row in changed.values() if row is not None)

    def items(self, table: Table[K, R]) -> list[tuple[K, R]]:
        """Return every row of a table with its key, as they are now."""
        changed: dict[K, R | None] = self._changes.get(table, {})
        kept = [(key, row) for key, row in table.rows.items() if key not in changed]
        return kept + [(key, row) for key, row in changed.items() if row is not None]

    def group(self, table: Table[K, R], group: Hashable) -> Iterator[R]:
        """Yield every row of a group."""
        changed: dict[K, R | None] = self._changes.get(table, {})
        yield from (row for key, row in table.groups[group].items() if key not in changed)
        yield from (row for row in changed.values() if row is not None and table.group_of(row) == group)

    def uncommitted_elsewhere(self, table: Table[K, R]) -> Iterator[R]:
        """Yield rows that other transactions have written but not committed."""
        for other in self.database.open_rows - {self}:
            yield from (row for row in other._changes.get(table, {}).values() if row is not None)  # noqa: SLF001

    def put(self, table: Table[K, R], key: K, row: R) -> None:
        """Insert or update a row."""
        self._changes.setdefault(table, {})[key] = row

    def drop(self, table: Table[K, R], key: K) -> None:
        """Delete a row."""
        self._changes.setdefault(table, {})[key] = None

    async def lock(self, table: Table[K, R], key: K, *, shared: bool = False) -> None:
        """Acquire the lock of this key until the transaction ends. Raises `TransactionConflict`."""
        await self.lock_name((table.name, key), shared=shared)

    async def lock_name(self, name: Hashable, *, shared: bool = False) -> None:
        """Acquire an advisory lock until the transaction ends. Raises `TransactionConflict`."""
        await self.database.locks.acquire(self, name, shared=shared)

    async def acquire(self, table: Table[K, R], key: K, *, shared: bool = False) -> R | None:
        """Lock and return a row that is visible before the lock, or `None`; uncommitted inserts are not waited for."""
        await asyncio.sleep(0)
        if self.find(table, key) is None:
            return None
        return await self.acquire_key(table, key, shared=shared)

    async def acquire_key(self, table: Table[K, R], key: K, *, shared: bool = False) -> R | None:
        """Acquire the lock of the key, then return the row or `None`. Waits for uncommitted inserts too."""
        await self.lock(table, key, shared=shared)
        return self.find(table, key)

    async def commit(self) -> None:
        """Publish all changes at once."""
        await asyncio.sleep(0)
        for table, changed in self._changes.items():
            for key, row in changed.items():
                if row is None:
                    table.drop(key)
                else:
                    table.put(key, row)
        if self._changes:
            for keeper in self.database.keepers:
                keeper.drop()

    def end(self) -> None:
        """Release the locks and discard uncommitted changes."""
        self.database.open_rows.discard(self)
        self.database.locks.release_all(self)
