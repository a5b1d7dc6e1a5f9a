"""Messages between the parties of bookings."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.pages import moment, newest_first
from marketplace.core.domain.booking_steps import LIVE
from marketplace.core.domain.conversations import BookingMessage, SlotMessage, UnreadMessages
from marketplace.core.domain.pages import Page


class MemoryConversations:
    """`Conversations` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, message_id: UUID) -> BookingMessage | None:
        await asyncio.sleep(0)
        return self._database.booking_messages.rows.get(message_id)

    async def of_booking(self, booking_id: UUID, limit: int, after: str | None) -> Page[BookingMessage]:
        await asyncio.sleep(0)
        return newest_first(Rows(self._database).group(self._database.booking_messages, booking_id), limit, after)

    async def of_author(self, author_id: UUID, limit: int, after: str | None) -> Page[BookingMessage]:
        await asyncio.sleep(0)
        messages = self._database.booking_messages.rows.values()
        return newest_first((each for each in messages if each.author_id == author_id), limit, after)

    async def count_of_batch(self, batch_id: UUID) -> int:
        await asyncio.sleep(0)
        return sum(message.batch_id == batch_id for message in self._database.booking_messages.rows.values())

    async def unread(self, user_id: UUID, maximum: int) -> tuple[UnreadMessages, ...]:
        await asyncio.sleep(0)
        messages = self._database.booking_messages.rows.values()
        unread = (each.booking_id for each in messages if each.recipient_id == user_id and each.read_at is None)
        counts = Counter(islice(sorted(unread), maximum))
        return tuple(
            UnreadMessages(
                booking_id=booking_id,
                as_creator=self._database.bookings.rows[booking_id].creator_id == user_id,
                unread=count,
            )
            for booking_id, count in counts.items()
        )


class MemoryBookingMessages:
    """`BookingMessages` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._table = rows.database.booking_messages

    async def add(self, message: BookingMessage) -> bool:
        await asyncio.sleep(0)
        recipient = self._rows.find(self._rows.database.users, message.recipient_id)
        if recipient is not None and recipient.deleted_at is not None:
            return False
        self._rows.put(self._table, message.id, message)
        return True

    async def add_to_slot(self, message: SlotMessage) -> int:
        slot = (message.session_id, message.starts_at)
        bookings = self._rows.all(self._rows.database.bookings)
        of_slot = (each for each in bookings if (each.session_id, each.starts_at) == slot)
        live = [each for each in of_slot if each.status in LIVE and not each.awaits_payment()]
        sent = 0
        for booking in live:
            written = BookingMessage.of(booking, message.author_id, uuid7(), message.text, message.created_at)
            sent += await self.add(replace(written, batch_id=message.batch_id))
        return sent

    async def addressees(self, batch_id: UUID) -> Sequence[tuple[UUID, UUID]]:
        await asyncio.sleep(0)
        return [
            (each.booking_id, each.recipient_id) for each in self._rows.all(self._table) if each.batch_id == batch_id
        ]

    async def unanswered_since(self, booking_id: UUID, user_id: UUID) -> datetime | None:
        await asyncio.sleep(0)
        messages = [*self._rows.group(self._table, booking_id)]
        answered = max((each.created_at for each in messages if each.author_id == user_id), default=None)
        unread = (each.created_at for each in messages if each.recipient_id == user_id and each.read_at is None)
        return min((at for at in unread if answered is None or at >= answered), default=None)

    async def mark_read(self, up_to: BookingMessage, reader_id: UUID, now: datetime) -> None:
        await asyncio.sleep(0)
        for each in [*self._rows.group(self._table, up_to.booking_id)]:
            if each.recipient_id == reader_id and each.read_at is None and moment(each) <= moment(up_to):
                self._rows.put(self._table, each.id, replace(each, read_at=now))
