"""Messages to people: deciding, claiming, and reading them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.booking_steps import BookingStatus
from marketplace.core.domain.messages import Message, MessageKind, Recipient, Unsent
from marketplace.core.domain.pages import Page

PURGE_BATCH = 10_000
"""Messages that one purge deletes at most."""
RELEASE_BATCH = 1_000
"""Held messages that one call releases at most."""


SEATS_BATCH = 500
"""Bookings whose learners are informed of a change together."""
SeatPosition = tuple[datetime, UUID]
"""Start and ID of a booking in the order of its session."""
LAST_ID = UUID(int=2**128 - 1)
"""After all IDs at one start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedSeat:
    """A live booking, as far as a message about its session needs it."""

    booking_id: UUID
    user_id: UUID
    starts_at: datetime
    last_start: datetime
    """Of all live bookings of the session that the person has."""
    announced: tuple[int, ...] = ()
    """Versions of the messages to the person about changes of the session, ascending."""

    @property
    def position(self) -> SeatPosition:
        return self.starts_at, self.booking_id


@dataclass(frozen=True, slots=True, kw_only=True)
class UpcomingSeat:
    """A live booking that starts soon, with the kinds and due times of its reminders."""

    booking_id: UUID
    starts_at: datetime
    status: BookingStatus
    created_at: datetime
    reminders: frozenset[tuple[MessageKind, datetime]] = frozenset()

    @property
    def position(self) -> SeatPosition:
        return self.starts_at, self.booking_id


class MessageLists(Protocol):
    """Reads of messages, one statement each, outside a transaction. Kinds of a newer release are left out."""

    async def of_user(self, user_id: UUID, limit: int, after: str | None) -> Page[Message]:
        """Return a page of a person's messages, newest first, ties by descending ID. Costs what it returns."""
        ...

    async def of_booking(self, booking_id: UUID, limit: int, after: str | None) -> Page[Message]:
        """Return a page of the messages about a booking, to both parties, in the same order. Costs what it returns."""
        ...

    async def unsent(self, unsent: Unsent, now: datetime, limit: int, after: str | None) -> Page[Message]:
        """Return a page of the messages that are held, longest due first, or that failed. Costs what it returns.

        Failed are those that were refused or lost and are still worth sending; those that expire first come first.
        """
        ...

    async def recipient(self, user_id: UUID) -> Recipient | None:
        """Return a person with what is known about their address, or `None` if there is none."""
        ...

    async def oldest_due(self, now: datetime) -> datetime | None:
        """Return since when the oldest message that is due waits, or `None`."""
        ...

    async def has_held(self) -> bool:
        """Return whether any message is held because no mail server is configured."""
        ...


class Messages(Protocol):
    """Messages within a transaction. They commit with the change that causes them."""

    async def add(self, messages: Sequence[Message]) -> None:
        """Insert messages. One whose person, kind, subject and version exists already is left out."""
        ...

    async def claim_due(self, now: datetime, limit: int, lease: timedelta) -> Sequence[Message]:
        """Claim messages whose next attempt is due, longest due first, until `now + lease`.

        Among them are those in `started` whose lease has ended. The end of the lease is their new `next_attempt_at`.
        Kinds that only a newer release knows are left to its workers.
        Never waits: messages that another transaction claims are skipped.
        """
        ...

    async def acquire_due(self, now: datetime, limit: int) -> Sequence[Message]:
        """Return what `claim_due` would claim, unchanged and locked until the transaction ends. Never waits."""
        ...

    async def acquire(self, message_id: UUID) -> Message:
        """Return a message, locked until the transaction ends. Raises `NotFound`, also for kinds of a newer release."""
        ...

    async def save(self, claimed: Message, after: Message) -> bool:
        """Update a claimed or acquired message.

        Return `False`, and change nothing, if it has changed since, such as by a lease.
        """
        ...

    async def save_all(self, changes: Sequence[tuple[Message, Message]]) -> frozenset[UUID]:
        """Update claimed messages as `save` does, in one statement. Return the IDs of those that were updated."""
        ...

    async def release_held(self, now: datetime, limit: int = RELEASE_BATCH) -> tuple[Message, ...]:
        """Make held messages pending, longest due first, and drop those that are worthless. Return both as they are.

        They queue behind those that are due already.
        """
        ...

    async def count_started(self, user_id: UUID, kinds: Collection[MessageKind], since: datetime) -> int:
        """Return how many messages of these kinds, created at or after `since`, have been started."""
        ...

    async def is_announced(self, message: Message, since: datetime) -> bool:
        """Return whether another one of its person, kind and subject, due after `since`, was sent or may be yet."""
        ...

    async def purge(self, before: datetime) -> int:
        """Delete messages that were due at `before` or earlier and wait for nothing, at most `PURGE_BATCH`."""
        ...

    async def recipient(self, user_id: UUID) -> Recipient | None:
        """Return the person, not locked, or `None` if there is none."""
        ...

    async def recipients(self, user_ids: Collection[UUID]) -> Mapping[UUID, Recipient]:
        """Return those of these people who exist, not locked, in one statement."""
        ...

    async def mark_accepted(self, user_id: UUID) -> None:
        """Forget that a server refused the person's address, since they read it. Acquire the account first."""
        ...

    async def mark_refused(self, user_id: UUID, email: str, at: datetime) -> None:
        """Record that a server refused this address for good."""
        ...

    async def unsubscribe(self, user_id: UUID, kind: MessageKind, at: datetime) -> None:
        """Send the person no more mail of this kind."""
        ...

    async def resubscribe(self, user_id: UUID, kind: MessageKind) -> None:
        """Undo `unsubscribe`."""
        ...

    async def booked_seats(
        self, session_id: UUID, after: SeatPosition, limit: int, *, booked_by: datetime, announced_after: datetime
    ) -> Sequence[BookedSeat]:
        """Return the live bookings of a session after a position, by start and ID, not locked. Costs what it returns.

        Those booked after `booked_by` are left out. Of the messages about changes, those count whose version, in Unix
        time, is after `announced_after`.
        """
        ...

    async def upcoming_seats(self, after: SeatPosition, until: datetime, limit: int) -> Sequence[UpcomingSeat]:
        """Return the live bookings after a position that start at `until` or earlier, by start and ID, not locked.

        Costs what it returns.
        """
        ...

    async def next_seats(self, session_id: UUID, user_id: UUID, after: datetime, maximum: int) -> Sequence[UUID]:
        """Return the IDs of the person's first live bookings of a session that start after an instant, by start.

        Confirmed ones come before those that wait for an answer or a payment, which show no private details.
        """
        ...
