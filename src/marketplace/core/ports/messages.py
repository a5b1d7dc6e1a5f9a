"""Messages to people: deciding, claiming, and reading them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.messages import Message, MessageKind, Recipient
from marketplace.core.domain.pages import Page

PURGE_BATCH = 10_000
"""Messages that one purge deletes at most."""
RELEASE_BATCH = 1_000
"""Held messages that one call releases at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedSeat:
    """A live booking, as far as a message about its session needs it."""

    booking_id: UUID
    user_id: UUID
    starts_at: datetime


class MessageLists(Protocol):
    """Reads of messages, one statement each, outside a transaction."""

    async def of_user(self, user_id: UUID, limit: int, after: str | None) -> Page[Message]:
        """Return a page of a person's messages, newest first, ties by descending ID. Costs what it returns."""
        ...

    async def of_booking(self, booking_id: UUID) -> tuple[Message, ...]:
        """Return all messages about a booking, to both parties, oldest first."""
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
        Never waits: messages that another transaction claims are skipped.
        """
        ...

    async def save(self, claimed: Message, after: Message) -> bool:
        """Update a claimed message. Return `False`, and change nothing, if it has changed since, such as by a lease."""
        ...

    async def release_held(self, limit: int = RELEASE_BATCH) -> int:
        """Make held messages pending, due as before. Return the number."""
        ...

    async def count_started(self, user_id: UUID, kinds: Collection[MessageKind], since: datetime) -> int:
        """Return how many messages of these kinds, created at or after `since`, have been started."""
        ...

    async def purge(self, before: datetime) -> int:
        """Delete messages that were due at `before` or earlier and wait for nothing, at most `PURGE_BATCH`."""
        ...

    async def recipient(self, user_id: UUID) -> Recipient | None:
        """Return the person, not locked, or `None` if there is none."""
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

    async def booked_seats(self, session_id: UUID, after: datetime) -> Sequence[BookedSeat]:
        """Return the live bookings of a session that start after an instant, by start and ID, not locked."""
        ...
