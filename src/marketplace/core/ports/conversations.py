"""Reading and writing the messages between the parties of bookings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.conversations import BookingMessage, SlotMessage, UnreadMessages
from marketplace.core.domain.pages import Page


class Conversations(Protocol):
    """Reads of messages, one statement each, outside a transaction."""

    async def find(self, message_id: UUID) -> BookingMessage | None: ...

    async def of_booking(self, booking_id: UUID, limit: int, after: str | None) -> Page[BookingMessage]:
        """Return a page of the messages of a booking, newest first, ties by ID, paged by keyset."""
        ...

    async def of_author(self, author_id: UUID, limit: int, after: str | None) -> Page[BookingMessage]:
        """Return a page of what a person wrote in all bookings, newest first, ties by ID, paged by keyset."""
        ...

    async def count_of_batch(self, batch_id: UUID) -> int:
        """Return the number of messages that one request wrote."""
        ...

    async def unread(self, user_id: UUID, maximum: int) -> tuple[UnreadMessages, ...]:
        """Count the unread messages to a person per booking, by ID of the booking; at most `maximum` messages."""
        ...


class BookingMessages(Protocol):
    """Messages within a transaction. Nothing is locked: a message is written once, and read by one person."""

    async def add(self, message: BookingMessage) -> bool:
        """Add a message, unless its recipient's account was deleted. Return whether it was added. One statement."""
        ...

    async def add_to_slot(self, message: SlotMessage) -> int:
        """Add a message to every live booking of the slot but those that await a payment. Return their number.

        Bookings of deleted accounts are left out. One statement.
        """
        ...

    async def addressees(self, batch_id: UUID) -> Sequence[tuple[UUID, UUID]]:
        """Return the booking and the recipient of every message that one request wrote in this transaction."""
        ...

    async def unanswered_since(self, booking_id: UUID, user_id: UUID) -> datetime | None:
        """Return when the oldest message came that a party has neither read nor answered, or `None`."""
        ...

    async def mark_read(self, up_to: BookingMessage, reader_id: UUID, now: datetime) -> None:
        """Mark the messages to a reader as read, in the booking of this message, up to it. Later marks change none."""
        ...
