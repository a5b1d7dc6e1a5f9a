"""Writing the mail of a message."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, Protocol
from uuid import UUID

from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.messages import Message, MessageKind, Recipient
from marketplace.core.domain.waitlist import WaitlistDetails
from marketplace.core.ports.mailer import Mail

Role = Literal["learner", "creator", "account"]
"""As whom a person receives a message; it decides the words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedMoney:
    """What was paid, or returned, in a currency (ISO 4217), and the receipt of the payment."""

    amount: Decimal
    currency: str
    receipt_number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """All that a mail says, before it has words."""

    message: Message
    recipient: Recipient
    role: Role
    to: str = field(repr=False)
    link: str = field(repr=False)
    """What the button opens."""
    now: datetime
    booking: BookingHistory | None = None
    """As the recipient sees it: see `BookingDetails.seen_by`."""
    others: tuple[BookingHistory, ...] = ()
    """Later confirmed bookings of the recipient that the same change concerns, likewise."""
    unsubscribe: str | None = field(default=None, repr=False)
    """The page to unsubscribe from this kind, if one can."""
    one_click: str | None = field(default=None, repr=False)
    """The address that unsubscribes by POST (RFC 8058)."""
    device: str = ""
    key_name: str = ""
    change: str = ""
    """A `SecurityChange`, if the mail tells of one."""
    lifetime: timedelta | None = None
    """How long the link works, if it has a token."""

    money: MovedMoney | None = None
    entry: WaitlistDetails | None = None
    """What the recipient waits or waited for."""

    @property
    def name(self) -> str:
        """The recipient's name, or nothing if the address may be a stranger's, who must get no text of the account."""
        is_proved = self.recipient.is_verified and self.to == self.recipient.email
        return self.recipient.display_name if is_proved else ""


class MailComposer(Protocol):
    """Turns a letter into a mail, in the language and time zone of its recipient."""

    async def compose(self, letter: Letter) -> Mail:
        """Return the mail: subject, text, HTML of at most 100 kB, and the calendar object of a learner's booking."""
        ...


class UnsubscribeTokens(Protocol):
    """Signs who unsubscribes from what, so that an address in a mail suffices."""

    def sign(self, message: Message) -> str:
        """Return a token for the kind of a message to its person. It does not expire."""
        ...

    def read(self, token: str) -> tuple[UUID, MessageKind] | None:
        """Return the person and the kind of a token, or `None` if it is not one of ours."""
        ...
