"""Messages as they are shown: with their booking, and with how far they got in the words of their reader."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.messages import Message, MessageState


class Progress(StrEnum):
    """How far a message got, for its recipient."""

    WAITING = "waiting"
    SENT = "sent"
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    """It may have been sent."""


PROGRESS: dict[MessageState, Progress] = {
    MessageState.PENDING: Progress.WAITING,
    MessageState.HELD: Progress.WAITING,
    MessageState.STARTED: Progress.WAITING,
    MessageState.SENT: Progress.SENT,
    MessageState.REFUSED: Progress.NOT_SENT,
    MessageState.DROPPED: Progress.NOT_SENT,
    MessageState.UNKNOWN: Progress.UNKNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDetails:
    """A message with the booking that it is about. `title` is as sold, `starts_at` the start as it stands."""

    message: Message
    title: str | None = None
    starts_at: datetime | None = None
    as_creator: bool = False
    """It went to the creator of the booked session."""
    can_retry: bool = False
    """Whether staff can retry it now."""

    @property
    def progress(self) -> Progress:
        return PROGRESS[self.message.state]

    @classmethod
    def of(cls, message: Message, booking: BookingHistory | None, *, can_retry: bool = False) -> "MessageDetails":
        """Add the booking, if the message is about one."""
        if booking is None:
            return cls(message=message, can_retry=can_retry)
        return cls(
            message=message,
            title=booking.terms.title,
            starts_at=booking.starts_at,
            as_creator=message.user_id != booking.user_id,
            can_retry=can_retry,
        )
