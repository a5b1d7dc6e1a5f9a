"""Notifications."""

import asyncio
from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.pages import moment, newest_first
from marketplace.core.domain.booking_steps import LIVE
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.notifications import CHANGES_TOGETHER, Notification, NotificationDetails
from marketplace.core.domain.pages import Page
from marketplace.core.domain.users import public_user
from marketplace.core.ports.notifications import PURGE_BATCH


class MemoryNotificationFeeds:
    """`NotificationFeeds` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def of_user(self, user_id: UUID, limit: int, after: str | None) -> Page[NotificationDetails]:
        await asyncio.sleep(0)
        page = newest_first(Rows(self._database).group(self._database.notifications, user_id), limit, after)
        return page.with_items(tuple(map(self._details, page.items)))

    async def count_unread(self, user_id: UUID, maximum: int) -> int:
        await asyncio.sleep(0)
        own = Rows(self._database).group(self._database.notifications, user_id)
        return len([*islice((each for each in own if each.read_at is None), maximum)])

    async def find(self, notification_id: UUID) -> Notification | None:
        await asyncio.sleep(0)
        return self._database.notifications.rows.get(notification_id)

    def _details(self, row: Notification) -> NotificationDetails:
        known = {field.name: getattr(row, field.name) for field in fields(Notification)}
        if row.booking_id is None:
            return self._of_entry(row, known)
        booking = self._database.bookings.rows[row.booking_id]
        as_creator = booking.creator_id == row.user_id
        other = self._database.users.rows[booking.user_id if as_creator else booking.creator_id]
        return NotificationDetails(
            **known,
            session_id=booking.session_id,
            title=booking.terms.title,
            starts_at=booking.starts_at,
            as_creator=as_creator,
            other=public_user(other),
        )

    def _of_entry(self, row: Notification, known: dict[str, Any]) -> NotificationDetails:
        entry = self._database.waitlist.rows[row.waitlist_id] if row.waitlist_id else None
        if entry is None:
            raise KeyError(row.id)
        return NotificationDetails(
            **known,
            session_id=entry.session_id,
            title=self._database.sessions.rows[entry.session_id].title,
            starts_at=entry.starts_at,
            as_creator=False,
            other=public_user(self._database.users.rows[entry.creator_id]),
        )


class MemoryNotifications:
    """`Notifications` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._table = rows.database.notifications

    async def add(self, notifications: Sequence[Notification]) -> None:
        for each in notifications:
            await self._rows.lock_name(("notification", each.user_id, each.source, each.booking_id))
            key = (each.source, each.booking_id)
            if all((own.source, own.booking_id) != key for own in self._rows.group(self._table, each.user_id)):
                self._rows.put(self._table, each.id, each)

    async def add_of_session(self, session_id: UUID, at: datetime, booked_by: datetime, source: str) -> None:
        bookings = (b for b in self._rows.all(self._rows.database.bookings) if b.created_at <= booked_by)
        live = [b for b in bookings if b.session_id == session_id and b.status in LIVE and b.starts_at > at]
        soonest = {b.user_id: b for b in sorted(live, key=lambda each: (each.starts_at, each.id), reverse=True)}
        await self.add(
            [
                Notification(
                    id=uuid7(),
                    user_id=booking.user_id,
                    kind="session_changed",
                    booking_id=booking.id,
                    created_at=at,
                    source=source,
                )
                for booking in soonest.values()
                if not self._knows(booking, at)
            ]
        )

    def _knows(self, booking: Booking, at: datetime) -> bool:
        about = ("session_changed", booking.id, None)
        return any(
            (each.kind, each.booking_id, each.read_at) == about and each.created_at > at - CHANGES_TOGETHER
            for each in self._rows.group(self._table, booking.user_id)
        )

    async def add_of_messages(self, batch_id: UUID) -> None:
        messages = [each for each in self._rows.all(self._rows.database.booking_messages) if each.batch_id == batch_id]
        await self.add(
            [
                Notification(
                    id=uuid7(),
                    user_id=message.recipient_id,
                    kind="message",
                    booking_id=message.booking_id,
                    created_at=message.created_at,
                    source=f"message-{message.id}",
                )
                for message in messages
            ]
        )

    async def mark_read(self, up_to: Notification, now: datetime) -> None:
        await asyncio.sleep(0)
        for each in [*self._rows.group(self._table, up_to.user_id)]:
            if each.read_at is None and moment(each) <= moment(up_to):
                self._rows.put(self._table, each.id, replace(each, read_at=now))

    async def mark_messages_read(self, user_id: UUID, booking_id: UUID, up_to: datetime, now: datetime) -> None:
        await asyncio.sleep(0)
        for each in [*self._rows.group(self._table, user_id)]:
            is_message = (each.kind, each.booking_id, each.read_at) == ("message", booking_id, None)
            if is_message and each.created_at <= up_to:
                self._rows.put(self._table, each.id, replace(each, read_at=now))

    async def purge(self, before: datetime) -> int:
        await asyncio.sleep(0)
        old = [each for each in self._rows.all(self._table) if each.created_at <= before][:PURGE_BATCH]
        for each in old:
            self._rows.drop(self._table, each.id)
        return len(old)
