"""Reading the mail of the demo."""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from uuid import UUID

from marketplace.core.domain.pages import Page
from marketplace.core.errors import NotFound
from marketplace.core.ports.inbox import Inbox, InboxMail

SHOWN_HEADERS = ("From", "To", "Date", "Message-ID", "List-Unsubscribe")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMail:
    """A mail in parts, as a mail program reads it."""

    mail: InboxMail
    headers: dict[str, str]
    text: str
    html: str
    calendar: str | None


class InboxService:
    """The inbox, which anyone can read where it is on: it is for demos."""

    def __init__(self, inbox: Inbox, *, is_on: bool) -> None:
        self._inbox = inbox
        self._is_on = is_on

    async def newest(self, limit: int, after: str | None) -> Page[InboxMail]:
        """Return a page of mails, newest first. Raises `NotFound` if the inbox is off."""
        self._require_on()
        return await self._inbox.newest(limit, after)

    async def read(self, mail_id: UUID) -> ReadMail:
        """Return a mail in parts. Raises `NotFound`."""
        self._require_on()
        mail = await self._inbox.find(mail_id)
        if mail is None:
            raise NotFound
        message = message_from_bytes(mail.source, policy=default)
        return ReadMail(
            mail=mail,
            headers={name: str(message[name]) for name in SHOWN_HEADERS if name in message},
            text=_part(message, "text/plain") or "",
            html=_part(message, "text/html") or "",
            calendar=_part(message, "text/calendar"),
        )

    def _require_on(self) -> None:
        if not self._is_on:
            raise NotFound


def _part(message: EmailMessage, media_type: str) -> str | None:
    for part in message.walk():
        if part.get_content_type() == media_type:
            # the lines of a mail end with two characters
            return str(part.get_content()).replace("\r\n", "\n")
    return None
