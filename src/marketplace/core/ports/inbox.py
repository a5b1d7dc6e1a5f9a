"""Mail of the demo, kept instead of sent."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.pages import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxMail:
    """A mail as a server would have got it. `id` increases with `created_at`."""

    id: UUID
    created_at: datetime
    recipient: str = field(repr=False)
    subject: str = field(repr=False)
    source: bytes = field(repr=False)
    """All headers and parts (RFC 5322)."""


class Inbox(Protocol):
    """Kept mails, one statement each, outside a transaction."""

    async def add(self, mail: InboxMail) -> None:
        """Keep a mail, and delete the oldest of more than `MAX_INBOX`. The same `id` again changes nothing."""
        ...

    async def newest(self, limit: int, after: str | None) -> Page[InboxMail]:
        """Return a page of all mails, newest first."""
        ...

    async def find(self, mail_id: UUID) -> InboxMail | None:
        """Return a mail, or `None`."""
        ...


MAX_INBOX = 500
