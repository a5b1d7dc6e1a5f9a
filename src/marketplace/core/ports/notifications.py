"""Writing and reading notifications."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.notifications import Notification, NotificationDetails
from marketplace.core.domain.pages import Page

PURGE_BATCH = 10_000
"""Notifications that one purge deletes at most."""


class NotificationFeeds(Protocol):
    """Reads of notifications, one statement each, outside a transaction."""

    async def of_user(self, user_id: UUID, limit: int, after: str | None) -> Page[NotificationDetails]:
        """Return a page of a person's notifications, newest first, ties by ID, paged by keyset."""
        ...

    async def count_unread(self, user_id: UUID, maximum: int) -> int:
        """Count a person's unread notifications, at most `maximum`."""
        ...

    async def find(self, notification_id: UUID) -> Notification | None: ...


class Notifications(Protocol):
    """Notifications within a transaction. Each person has one per source and booking; adding it again has no effect."""

    async def add(self, notifications: Sequence[Notification]) -> None: ...

    async def add_of_session(self, session_id: UUID, at: datetime, booked_by: datetime, source: str) -> None:
        """Add `session_changed` for each learner with a live booking of a session that starts after `at`: the soonest.

        Bookings made after `booked_by` are left out, and so are learners with an unread one of that booking, not older
        than `CHANGES_TOGETHER`.
        """
        ...

    async def add_of_messages(self, batch_id: UUID) -> None:
        """Add `message` for the recipient of every message that one request wrote in this transaction."""
        ...

    async def mark_read(self, up_to: Notification, now: datetime) -> None:
        """Mark a person's unread notifications as read, up to this one."""
        ...

    async def mark_messages_read(self, user_id: UUID, booking_id: UUID, up_to: datetime, now: datetime) -> None:
        """Mark a person's unread `message` notifications of a booking as read, up to those of this time."""
        ...

    async def purge(self, before: datetime) -> int:
        """Delete notifications of `before` or earlier, at most `PURGE_BATCH`. Return the number deleted."""
        ...
