"""Messages as they are shown: with their booking, and with how far they got in the words of their reader."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.message_reasons import DECIDED_REASONS, MessageReason
from marketplace.core.domain.messages import Message, MessageState, Recipient


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
    refusal: MessageReason | None = None
    """Why it would not go now, by what is known about its recipient."""

    @property
    def reason(self) -> MessageReason | None:
        """Why it waits or was not sent, or why it will not be sent unless something changes until it is due."""
        return self.message.reason or (self.refusal if self.message.state is MessageState.PENDING else None)

    @property
    def server_error(self) -> str | None:
        """Codes of a mail server's answer, or the name of a network error, if the last attempt ended with one."""
        return None if self.message.last_error in DECIDED_REASONS else self.message.last_error

    @property
    def progress(self) -> Progress:
        return PROGRESS[self.message.state]

    @classmethod
    def of(cls, message: Message, booking: BookingHistory | None) -> Self:
        """Add the booking, if the message is about one."""
        if booking is None:
            return cls(message=message)
        return cls(
            message=message,
            title=booking.terms.title,
            starts_at=booking.starts_at,
            as_creator=message.user_id != booking.user_id,
        )

    def to(self, recipient: Recipient | None, now: datetime) -> Self:
        """Add what is known about the recipient."""
        return replace(self, refusal=None if recipient is None else recipient.refusal(self.message.kind, now))
