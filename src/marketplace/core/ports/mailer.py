"""Handing mail to a mail server."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

CalendarMethod = Literal["REQUEST", "CANCEL"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A name and an address. The name may hold any text; adapters keep it out of other headers."""

    address: str = field(repr=False)
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A calendar object (RFC 5546)."""

    method: CalendarMethod
    ics: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail to one recipient."""

    sender: Mailbox
    to: Mailbox
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    message_id: str
    invitation: Invitation | None = None
    further_invitations: tuple[Invitation, ...] = ()
    """Attached only: an invitation is of one event (RFC 5546, 3.2.2)."""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took responsibility for the mail."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The server refused this recipient or this mail; nothing was sent."""

    is_permanent: bool
    reason: str
    """The server's code, without its text, which may quote the address."""
    is_about_recipient: bool = False
    """The refusal is about the address, so that no other mail would be accepted for it."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The server cannot be reached, or takes no mail now; nothing was sent."""

    reason: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection ended after transmission began. The mail may have been accepted."""

    reason: str


SendResult = Accepted | Refused | Unavailable | Lost


class Mailer(Protocol):
    """Sends mail, one recipient at a time."""

    @property
    def at_once(self) -> int:
        """Return how many mails it sends at the same time. More wait for each other."""
        ...

    async def send(self, mail: Mail) -> SendResult:
        """Send a mail. Never raises for what a server or a network does.

        It returns within four minutes. A mail whose transmission could not begin early enough for that is not sent.
        """
        ...

    async def close(self) -> None:
        """Close open connections."""
        ...
