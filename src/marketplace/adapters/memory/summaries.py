"""Summaries of creators."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.money import currency
from marketplace.core.domain.slots import Slot
from marketplace.core.domain.summaries import CreatorSummary, NextSlot, SummaryWindow, UpcomingSeats


class MemoryCreatorSummaries:
    """`CreatorSummaries` over the in-memory tables, counted on each call."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, creator_id: UUID, window: SummaryWindow) -> CreatorSummary:
        await asyncio.sleep(0)
        bookings = [each for each in self._database.bookings.rows.values() if each.creator_id == creator_id]
        held = Counter[tuple[UUID, datetime | None]]()
        for each in bookings:
            held[each.session_id, each.requested_start] += each.held_seats
        slots = (
            replace(slot, seats_taken=slot.seats_booked - held[slot.session_id, slot.starts_at])
            for slot in self._database.slots.rows.values()
            if slot.creator_id == creator_id and slot.starts_at > window.now
        )
        upcoming = [slot for slot in slots if slot.seats_taken]
        counted = [booking for booking in bookings if booking.status != "cancelled"]
        month = [booking for booking in counted if window.month_begin <= booking.starts_at < window.month_end]
        return CreatorSummary(
            time_zone=window.time_zone,
            upcoming=UpcomingSeats(
                seats_sold=sum(slot.seats_taken for slot in upcoming),
                seats_offered=sum(slot.capacity for slot in upcoming),
            ),
            pending_bookings=sum(
                booking.awaits_creator() and (booking.respond_by or booking.starts_at) > window.now
                for booking in bookings
            ),
            expected_income=_income(month),
            completed_income=_income(booking for booking in month if booking.status == "completed"),
            next_slot=self._next_slot(min(upcoming, key=lambda slot: slot.starts_at, default=None), window.time_zone),
            days=window.sales(_by_day(counted, window)),
        )

    def _next_slot(self, slot: Slot | None, creator_zone: str) -> NextSlot | None:
        if slot is None:
            return None
        schedule = self._database.schedules.rows.get(slot.session_id)
        return NextSlot(
            session_id=slot.session_id,
            title=self._database.sessions.rows[slot.session_id].title,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            time_zone=schedule.time_zone if schedule else creator_zone,
            seats_taken=slot.seats_taken,
            capacity=slot.capacity,
        )


def _income(bookings: Iterable[Booking]) -> Decimal:
    return sum((booking.amount for booking in bookings), currency().zero)


def _by_day(bookings: Iterable[Booking], window: SummaryWindow) -> dict[int, tuple[int, Decimal]]:
    days: dict[int, tuple[int, Decimal]] = {}
    for booking in bookings:
        day = window.day_index(booking.created_at)
        if day is not None:
            seats, income = days.get(day, (0, currency().zero))
            days[day] = (seats + booking.seats, income + booking.amount)
    return days
