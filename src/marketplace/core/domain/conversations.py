"""Conversations: what the two parties of a booking write to each other."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Self
from uuid import UUID

from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.fields import Text

MAX_MESSAGE_LENGTH = 2_000
WRITABLE_FOR = timedelta(days=30)
"""How long after the end of a booking, or after its cancellation if that is earlier, its parties can write."""
ANNOUNCED_TOGETHER = timedelta(minutes=5)
"""Messages to one person in one such window are announced by one mail, 5 to 10 minutes after them."""
ANNOUNCED_SOON = timedelta(minutes=1)
"""The window in the last hour before the booked time."""
MAX_UNREAD = 1_000
"""Unread messages that are counted of one person."""

MessageText = Annotated[
    str,
    Text(1, MAX_MESSAGE_LENGTH, multiline=True, example="Is there a place to park?", description="Plain text."),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingMessage:
    """A message from one party of a booking to the other.

    `batch_id` is shared by the messages of one request: those to every learner of a slot, else it is the `id`.
    """

    id: UUID
    booking_id: UUID
    author_id: UUID
    recipient_id: UUID
    text: MessageText
    created_at: datetime
    batch_id: UUID
    read_at: datetime | None = None
    """When the recipient read it."""

    @property
    def to_everyone(self) -> bool:
        """Whether it was written to every learner of the slot."""
        return self.batch_id != self.id

    @classmethod
    def of(cls, booking: Booking, author_id: UUID, message_id: UUID, text: str, now: datetime) -> Self:
        """Return a message to the other party of a booking."""
        return cls(
            id=message_id,
            booking_id=booking.id,
            author_id=author_id,
            recipient_id=booking.user_id if author_id == booking.creator_id else booking.creator_id,
            text=text,
            created_at=now,
            batch_id=message_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotMessage:
    """A message of a creator to the learner of every live booking of a slot."""

    batch_id: UUID
    session_id: UUID
    starts_at: datetime
    author_id: UUID
    text: MessageText
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadMessages:
    """The number of unread messages to one person in the conversation of one booking."""

    booking_id: UUID
    as_creator: bool
    """Whether the person is the creator of the booked session, not the learner."""
    unread: int


def announced_at(at: datetime, starts_at: datetime) -> datetime:
    """Return when a message of this time, about a booking that starts then, is announced if it is still unread.

    It is a whole minute, at least a window later, and the same for all messages of the window.
    """
    width = ANNOUNCED_SOON if timedelta(0) <= starts_at - at <= timedelta(hours=1) else ANNOUNCED_TOGETHER
    seconds = width.total_seconds()
    return datetime.fromtimestamp((at.timestamp() // seconds + 2) * seconds, at.tzinfo)


def writable_until(ends_at: datetime, cancelled_at: datetime | None = None) -> datetime:
    """Return when the conversation of a booking with this end closes. It may have been cancelled."""
    return (ends_at if cancelled_at is None else min(ends_at, cancelled_at)) + WRITABLE_FOR
