"""Messages in memory."""

import asyncio
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.pages import moment_from, moment_text, newest_first, page_of
from marketplace.adapters.memory.records import AddressRow, MessageKey, UnsubscribedRow
from marketplace.core.domain.address_digests import address_digest
from marketplace.core.domain.booking_steps import LIVE
from marketplace.core.domain.message_causes import REMINDERS
from marketplace.core.domain.messages import (
    FAILED,
    Message,
    MessageKind,
    MessageState,
    Recipient,
    Unsent,
)
from marketplace.core.domain.pages import Page
from marketplace.core.errors import NotFound
from marketplace.core.ports.messages import PURGE_BATCH, RELEASE_BATCH, BookedSeat, SeatPosition, UpcomingSeat

KINDS = frozenset(MessageKind)
"""Those that this release knows."""


def key_of(message: Message) -> MessageKey:
    """Return what at most one message has."""
    return message.user_id, message.subject, message.kind, message.version


def _is_known(message: Message) -> bool:
    return message.kind in KINDS


class MemoryMessageLists:
    """`MessageLists` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def of_user(self, user_id: UUID, limit: int, after: str | None) -> Page[Message]:
        await asyncio.sleep(0)
        known = filter(_is_known, Rows(self._database).group(self._database.messages, user_id))
        return newest_first(known, limit, after)

    async def of_booking(self, booking_id: UUID, limit: int, after: str | None) -> Page[Message]:
        await asyncio.sleep(0)
        rows = self._database.messages.rows.values()
        return newest_first((each for each in rows if each.booking_id == booking_id and _is_known(each)), limit, after)

    async def unsent(self, unsent: Unsent, now: datetime, limit: int, after: str | None) -> Page[Message]:
        await asyncio.sleep(0)
        known = filter(_is_known, self._database.messages.rows.values())
        if unsent == "held":
            keyed = [((each.due_at, each.id), each) for each in known if each.state is MessageState.HELD]
        else:
            failed = (each for each in known if each.state in FAILED and each.expires_at > now)
            keyed = [((each.expires_at, each.id), each) for each in failed]
        first = None if after is None else moment_from(json.loads(after))
        left = sorted((key, each) for key, each in keyed if first is None or key > first)
        page = page_of(left, limit, lambda one: json.dumps(moment_text(one[0])))
        return Page(tuple(each for _, each in page.items), page.next)

    async def recipient(self, user_id: UUID) -> Recipient | None:
        return await MemoryMessages(Rows(self._database)).recipient(user_id)

    async def oldest_due(self, now: datetime) -> datetime | None:
        await asyncio.sleep(0)
        due = sorted(_due(self._database.messages.rows.values(), now))
        return due[0][2].due_at if due else None

    async def has_held(self) -> bool:
        await asyncio.sleep(0)
        return any(each.state is MessageState.HELD for each in self._database.messages.rows.values())


def _due(messages: Iterable[Message], now: datetime) -> list[tuple[datetime, UUID, Message]]:
    waiting = ((each.next_attempt_at, each.id, each) for each in messages)
    return [(at, number, each) for at, number, each in waiting if at is not None and at <= now]


class MemoryMessages:
    """`Messages` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._database = rows.database
        self._table = rows.database.messages

    async def add(self, messages: Sequence[Message]) -> None:
        for message in sorted(messages, key=key_of):
            if await self._rows.acquire_key(self._database.message_keys, key_of(message)) is None:
                self._rows.put(self._database.message_keys, key_of(message), message.id)
                self._rows.put(self._table, message.id, message)

    async def acquire_due(self, now: datetime, limit: int) -> Sequence[Message]:
        """Return what no other open transaction has claimed."""
        await asyncio.sleep(0)
        database = self._database
        database.claimed_messages = {
            number: claimer
            for number, claimer in database.claimed_messages.items()
            if claimer in database.open_rows and claimer is not self._rows
        }
        due = sorted(_due(filter(_is_known, self._rows.all(self._table)), now))
        free = [each for _, number, each in due if number not in database.claimed_messages][:limit]
        database.claimed_messages |= {each.id: self._rows for each in free}
        return free

    async def claim_due(self, now: datetime, limit: int, lease: timedelta) -> Sequence[Message]:
        claimed = [replace(each, next_attempt_at=now + lease) for each in await self.acquire_due(now, limit)]
        for each in claimed:
            self._rows.put(self._table, each.id, each)
        return sorted(claimed, key=lambda message: (message.due_at, message.id))

    async def acquire(self, message_id: UUID) -> Message:
        found = await self._rows.acquire(self._table, message_id)
        if found is None or not _is_known(found):
            raise NotFound
        return found

    async def save(self, claimed: Message, after: Message) -> bool:
        found = await self._rows.acquire(self._table, claimed.id)
        if found is None or (found.next_attempt_at, found.state) != (claimed.next_attempt_at, claimed.state):
            return False
        self._rows.put(self._table, after.id, after)
        return True

    async def save_all(self, changes: Sequence[tuple[Message, Message]]) -> frozenset[UUID]:
        return frozenset([after.id for claimed, after in changes if await self.save(claimed, after)])

    async def release_held(self, now: datetime, limit: int = RELEASE_BATCH) -> tuple[Message, ...]:
        await asyncio.sleep(0)
        held = (each for each in self._rows.all(self._table) if each.state is MessageState.HELD)
        oldest = sorted(held, key=lambda message: (message.due_at, message.id))[:limit]
        released = tuple(each.released(now) for each in oldest)
        for each in released:
            self._rows.put(self._table, each.id, each)
        return released

    async def count_started(self, user_id: UUID, kinds: Collection[MessageKind], since: datetime) -> int:
        await asyncio.sleep(0)
        found = self._rows.group(self._table, user_id)
        return sum(each.kind in kinds and each.created_at >= since and each.attempts > 0 for each in found)

    async def is_announced(self, message: Message, since: datetime) -> bool:
        await asyncio.sleep(0)
        about, untold = (message.kind, message.subject), {MessageState.REFUSED, MessageState.DROPPED}
        others = (each for each in self._rows.group(self._table, message.user_id) if each.id != message.id)
        return any(
            (each.kind, each.subject) == about
            and each.due_at > since
            and each.attempts > 0
            and each.state not in untold
            for each in others
        )

    async def purge(self, before: datetime) -> int:
        await asyncio.sleep(0)
        rows = self._rows.all(self._table)
        old = [each for each in rows if each.next_attempt_at is None and each.due_at <= before][:PURGE_BATCH]
        for each in old:
            self._rows.drop(self._table, each.id)
            self._rows.drop(self._database.message_keys, key_of(each))
        return len(old)

    async def recipient(self, user_id: UUID) -> Recipient | None:
        await asyncio.sleep(0)
        user = self._rows.find(self._database.users, user_id)
        if user is None:
            return None
        known = self._rows.find(self._database.addresses, user_id)
        unsubscribed = (each.kind for each in self._rows.group(self._database.unsubscribed, user_id))
        return Recipient(
            user_id=user_id,
            email=user.email,
            display_name=user.display_name,
            time_zone=user.time_zone,
            locale=user.locale,
            is_active=user.is_active,
            is_verified=user.is_email_verified,
            refused_at=known.refused_at if known and known.digest == address_digest(user.email) else None,
            unsubscribed=frozenset(kind for kind in unsubscribed if kind in KINDS),
        )

    async def recipients(self, user_ids: Collection[UUID]) -> Mapping[UUID, Recipient]:
        found = [await self.recipient(user_id) for user_id in user_ids]
        return {each.user_id: each for each in found if each is not None}

    async def mark_accepted(self, user_id: UUID) -> None:
        await self._rows.lock(self._database.addresses, user_id)
        self._rows.drop(self._database.addresses, user_id)

    async def mark_refused(self, user_id: UUID, email: str, at: datetime) -> None:
        await self._rows.lock(self._database.addresses, user_id)
        self._rows.put(self._database.addresses, user_id, AddressRow(digest=address_digest(email), refused_at=at))

    async def unsubscribe(self, user_id: UUID, kind: MessageKind, at: datetime) -> None:
        await asyncio.sleep(0)
        self._rows.put(self._database.unsubscribed, (user_id, kind), UnsubscribedRow(user_id=user_id, kind=kind, at=at))

    async def resubscribe(self, user_id: UUID, kind: MessageKind) -> None:
        await asyncio.sleep(0)
        self._rows.drop(self._database.unsubscribed, (user_id, kind))

    async def booked_seats(
        self, session_id: UUID, after: SeatPosition, limit: int, *, booked_by: datetime, announced_after: datetime
    ) -> Sequence[BookedSeat]:
        await asyncio.sleep(0)
        bookings = (each for each in self._rows.all(self._database.bookings) if each.session_id == session_id)
        live = [each for each in bookings if each.status in LIVE and (each.starts_at, each.id) > after]
        found = sorted(
            (each for each in live if each.created_at <= booked_by), key=lambda booking: (booking.starts_at, booking.id)
        )
        return [
            BookedSeat(
                booking_id=each.id,
                user_id=each.user_id,
                starts_at=each.starts_at,
                last_start=max(other.starts_at for other in live if other.user_id == each.user_id),
                announced=self._announced(each.user_id, session_id, announced_after),
            )
            for each in found[:limit]
        ]

    def _announced(self, user_id: UUID, session_id: UUID, after: datetime) -> tuple[int, ...]:
        about = (MessageKind.SESSION_CHANGED, str(session_id))
        own = (each for each in self._rows.group(self._table, user_id) if (each.kind, each.subject) == about)
        return tuple(sorted(each.version for each in own if each.version > int(after.timestamp())))

    async def upcoming_seats(self, after: SeatPosition, until: datetime, limit: int) -> Sequence[UpcomingSeat]:
        await asyncio.sleep(0)
        live = (each for each in self._rows.all(self._database.bookings) if each.status in LIVE)
        upcoming = [each for each in live if (each.starts_at, each.id) > after and each.starts_at <= until]
        return [
            UpcomingSeat(
                booking_id=each.id,
                starts_at=each.starts_at,
                status=each.status,
                created_at=each.created_at,
                reminders=self._reminders(each.user_id, each.id),
            )
            for each in sorted(upcoming, key=lambda booking: (booking.starts_at, booking.id))[:limit]
        ]

    def _reminders(self, user_id: UUID, booking_id: UUID) -> frozenset[tuple[MessageKind, datetime]]:
        own = (each for each in self._rows.group(self._table, user_id) if each.subject == str(booking_id))
        return frozenset((each.kind, each.due_at) for each in own if each.kind in REMINDERS)

    async def next_seats(self, session_id: UUID, user_id: UUID, after: datetime, maximum: int) -> Sequence[UUID]:
        await asyncio.sleep(0)
        bookings = self._rows.all(self._database.bookings)
        own = (each for each in bookings if (each.session_id, each.user_id) == (session_id, user_id))
        live = (each for each in own if each.status in LIVE and each.starts_at > after)
        return [
            each.id for each in sorted(live, key=lambda each: (each.status != "confirmed", each.starts_at))[:maximum]
        ]
