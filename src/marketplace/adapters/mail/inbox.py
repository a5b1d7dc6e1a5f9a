"""A mailer of the demo, which keeps mail in the database for the page `/inbox`."""

from uuid import UUID

from marketplace.adapters.mail.rfc5322 import one_line, rendered
from marketplace.core.errors import MarketplaceError
from marketplace.core.ports.inbox import Inbox, InboxMail
from marketplace.core.ports.mailer import Accepted, Mail, SendResult, Unavailable
from marketplace.core.ports.system import Clock, Ids


class InboxMailer:
    """`Mailer` into the inbox of the demo."""

    at_once = 4

    def __init__(self, inbox: Inbox, clock: Clock, ids: Ids) -> None:
        self._inbox = inbox
        self._clock = clock
        self._ids = ids

    async def send(self, mail: Mail) -> SendResult:
        now = self._clock.now()
        number: UUID = self._ids.new()
        kept = InboxMail(
            id=number,
            created_at=now,
            recipient=mail.to.address,
            subject=one_line(mail.subject),
            source=rendered(mail, now),
        )
        try:
            await self._inbox.add(kept)
        except MarketplaceError as error:
            return Unavailable(type(error).__name__)
        return Accepted()

    async def close(self) -> None:
        """Close nothing: the database belongs to the container."""
