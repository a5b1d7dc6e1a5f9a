"""Events in memory."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.adapters.memory.database import Rows
from marketplace.adapters.memory.records import EventRow
from marketplace.core.domain.booking_steps import BookingStep
from marketplace.core.domain.events import BookingEvent, Delivery, EventId, RecordedEvent, as_of_step
from marketplace.core.ports.events import PURGE_BATCH


def add_step(rows: Rows, step: BookingStep) -> None:
    """Append a step to its booking, and record it as an event."""
    database = rows.database
    steps = rows.find(database.steps, step.booking_id) or ()
    rows.put(database.steps, step.booking_id, (*steps, step))
    event_id = EventId("step", next(database.event_numbers))
    row = EventRow(id=event_id, subject_id=step.booking_id, event=None, step=len(steps), deliver_at=step.at)
    rows.put(database.events, event_id, row)


class MemoryEvents:
    """`Events` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._database = rows.database

    async def add(self, event: RecordedEvent) -> None:
        await asyncio.sleep(0)
        event_id = EventId("event", next(self._database.event_numbers))
        row = EventRow(id=event_id, subject_id=event.subject_id, event=event, step=None, deliver_at=event.at)
        self._rows.put(self._database.events, event_id, row)

    async def claim(self, now: datetime, limit: int) -> Sequence[Delivery]:
        """Claim the oldest due event of each subject unless another open transaction has claimed it."""
        await asyncio.sleep(0)
        database = self._database
        database.claimed_events = {
            event_id: claimer
            for event_id, claimer in database.claimed_events.items()
            if claimer in database.open_rows and claimer is not self._rows
        }
        first: dict[object, EventRow] = {}
        for row in sorted(self._rows.group(database.events, False), key=lambda row: row.id.number):  # noqa: FBT003
            first.setdefault((row.id.source, row.subject_id), row)
        claimed = list[EventRow]()
        for source in ("step", "event"):
            free = (row for row in first.values() if row.id.source == source and row.id not in database.claimed_events)
            claimed += [row for row in free if row.deliver_at is not None and row.deliver_at <= now][:limit]
        database.claimed_events |= {row.id: self._rows for row in claimed}
        return [self._delivery(row) for row in claimed]

    def _delivery(self, row: EventRow) -> Delivery:
        rows, database = self._rows, self._database
        if row.event is not None:
            return Delivery(id=row.id, event=row.event, attempts=row.attempts)
        index = row.step or 0
        booking, steps = rows.get(database.bookings, row.subject_id), rows.get(database.steps, row.subject_id)
        event = BookingEvent.of(steps[index], as_of_step(booking, steps[index + 1 :]))
        return Delivery(id=row.id, event=event, attempts=row.attempts)

    async def mark_delivered(self, ids: Sequence[EventId]) -> None:
        """Drop the events of steps, which stay with their booking; keep the others as delivered."""
        await asyncio.sleep(0)
        for event_id in ids:
            if event_id.source == "step":
                self._rows.drop(self._database.events, event_id)
            else:
                row = self._rows.get(self._database.events, event_id)
                self._rows.put(self._database.events, event_id, replace(row, deliver_at=None))

    async def announce(self, creator_ids: Collection[UUID]) -> None:
        """Announce nothing more: the commit of the change did."""
        _ = creator_ids
        await asyncio.sleep(0)

    async def postpone(self, delivery: Delivery, until: datetime) -> None:
        row = await self._rows.acquire(self._database.events, delivery.id)
        if row is not None and row.deliver_at is not None and row.attempts == delivery.attempts:
            self._rows.put(
                self._database.events, delivery.id, replace(row, deliver_at=until, attempts=row.attempts + 1)
            )

    async def purge(self, before: datetime) -> int:
        await asyncio.sleep(0)
        delivered = self._rows.group(self._database.events, True)  # noqa: FBT003
        old = [row for row in delivered if row.event is not None and row.event.at <= before][:PURGE_BATCH]
        for row in old:
            self._rows.drop(self._database.events, row.id)
        return len(old)
