"""Targets of bulk actions."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.adapters.memory.sessions import session_details
from marketplace.core.domain.bulk import BulkKind
from marketplace.core.domain.bulk_targets import BookingTarget, BulkTarget, SessionTarget, UserTarget
from marketplace.core.domain.slots import Slot
from marketplace.core.domain.users import public_user


class MemoryBulkTargets:
    """`BulkTargets` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, kind: BulkKind, ids: Sequence[UUID], now: datetime) -> tuple[BulkTarget, ...]:
        await asyncio.sleep(0)
        find: dict[BulkKind, Callable[[UUID, datetime], BulkTarget | None]] = {
            "users": self._user,
            "sessions": self._session,
            "bookings": self._booking,
        }
        targets = (find[kind](each, now) for each in ids)
        return tuple(target for target in targets if target is not None)

    def _user(self, user_id: UUID, now: datetime) -> UserTarget | None:
        user = self._database.users.rows.get(user_id)
        if user is None:
            return None
        own = (each for each in self._database.sessions.rows.values() if each.creator_id == user_id)
        return UserTarget(
            user=user,
            has_sessions=any(session.archived_at is None for session in own),
            seats=self._seats(lambda slot: slot.creator_id == user_id, now),
        )

    def _session(self, session_id: UUID, now: datetime) -> SessionTarget | None:
        session = self._database.sessions.rows.get(session_id)
        if session is None:
            return None
        details = session_details(Rows(self._database), session, public_user)
        seats = self._seats(lambda slot: slot.session_id == session_id, now)
        return SessionTarget(session=replace(details, description=""), seats=seats)

    def _booking(self, booking_id: UUID, _: datetime) -> BookingTarget | None:
        booking = self._database.bookings.rows.get(booking_id)
        if booking is None:
            return None
        return BookingTarget(booking=booking, email=self._database.users.rows[booking.user_id].email)

    def _seats(self, belongs: Callable[[Slot], bool], now: datetime) -> int:
        slots = self._database.slots.rows.values()
        return sum(slot.seats_booked for slot in slots if belongs(slot) and slot.starts_at > now)
