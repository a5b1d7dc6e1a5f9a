"""Reminders of bookings that events brought none of."""

from datetime import datetime
from functools import partial
from uuid import UUID

from marketplace.core.domain.message_causes import REMINDERS, reminder_due, reminders_of
from marketplace.core.domain.messages import DAY, HOUR, RULES, Message
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.messages import LAST_ID, SEATS_BATCH, SeatPosition, UpcomingSeat
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.new_messages import NewMessages
from marketplace.core.services.retries import with_retries

AHEAD = DAY + HOUR
"""How long before the start a booking is looked at: until the next job, no other reminder is due."""


class ReminderService:
    """Adds missing reminders hourly: those of bookings that a release without messages wrote.

    They have the keys that events give them, so one that an event brings later is not there twice.
    """

    def __init__(
        self, *, unit_of_work: UnitOfWork, new_messages: NewMessages, clock: Clock, batch: int = SEATS_BATCH
    ) -> None:
        self._unit_of_work = unit_of_work
        self._new_messages = new_messages
        self._clock = clock
        self._batch = batch

    async def begin(self) -> None:
        """Enqueue `add_missing` now; it then repeats hourly."""
        async with self._unit_of_work() as tx:
            await tx.jobs.enqueue(Job(kind="add_reminders", subject=None, run_at=self._clock.now()))

    async def add_missing(self, _: UUID | None = None) -> None:
        """Add the missing reminders of all bookings that start soon, and enqueue the next job.

        The handler of `add_reminders`. Idempotent; concurrent jobs add each once.
        """
        now = self._clock.now()
        position: SeatPosition | None = (now, LAST_ID)
        while position is not None:
            position = await with_retries(partial(self._add_some, position, now))
        next_hour = now.replace(minute=0, second=0, microsecond=0) + HOUR
        async with self._unit_of_work() as tx:
            await tx.jobs.enqueue(Job(kind="add_reminders", subject=None, run_at=next_hour))

    async def _add_some(self, after: SeatPosition, now: datetime) -> SeatPosition | None:
        """Add those of the next bookings, and return the last one's position, or `None` after the last one."""
        async with self._unit_of_work() as tx:
            seats = await tx.messages.upcoming_seats(after, now + AHEAD, self._batch)
            missing = [each for seat in seats if _may_lack(seat, now) for each in await self._missing(tx, seat, now)]
            await tx.messages.add(missing)
            return seats[-1].position if seats else None

    async def _missing(self, tx: Transaction, seat: UpcomingSeat, now: datetime) -> list[Message]:
        booking = await tx.bookings.find(seat.booking_id)
        if booking is None or booking.status != "confirmed":
            return []
        decided = [
            self._new_messages.decide(each.kind, each.user_id, each.topic, now, each.due_at)
            for each in reminders_of(booking)
            if (each.kind, each.due_at) not in seat.reminders
        ]
        return [message for message in decided if now < message.expires_at]


def _may_lack(seat: UpcomingSeat, now: datetime) -> bool:
    """Return whether a reminder may be missing, as far as can be said without the history of the booking."""
    due = {kind: reminder_due(kind, seat.starts_at) for kind in REMINDERS}
    return seat.status == "confirmed" and any(
        (kind, at) not in seat.reminders and seat.created_at < at and now < at + RULES[kind].worth
        for kind, at in due.items()
    )
