"""Schedules: when a session may start, and which starts are left."""

import asyncio
from datetime import datetime
from uuid import UUID

from marketplace.core.entities.schedules import Schedule
from marketplace.core.entities.timetables import WINDOW_MOST, Opening
from marketplace.core.entities.tokens import Caller
from marketplace.core.errors import Faults, Invalid, NotFound, NotYours
from marketplace.core.ports.slots import Timetables
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.open_times import open_times_of
from marketplace.core.services.retrying import retrying


class ScheduleService:
    """Schedules. A session without one is open: any future start may be booked."""

    def __init__(self, *, unit_of_work: UnitOfWork, timetables: Timetables, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._timetables = timetables
        self._clock = clock

    async def get(self, caller: Caller, session_id: UUID) -> Schedule | None:
        """The schedule of a session of one's own, `None` when it is open. Raises `NotFound`, `NotYours`."""
        now = self._clock.now()
        found = await self._timetables.find(session_id, now, now)
        if found is None:
            raise NotFound
        found.session.changed_by(caller, {})
        return found.schedule

    async def replace(self, caller: Caller, session_id: UUID, schedule: Schedule | None) -> Schedule | None:
        """Give a session of one's own a schedule, or make it open. Seats that are sold stay sold.

        Raises `Invalid`, `NotFound`, `NotYours`, `CreatorUnavailable` when new buffers would make sold slots overlap.
        """
        faults = schedule.faults() if schedule else {}
        if faults:
            raise Invalid(faults)

        async def effect() -> Schedule | None:
            async with self._unit_of_work() as tx:
                session = (await tx.sessions.acquire(session_id)).changed_by(caller, {})
                await tx.slots.acquire_creator(session.creator_id)
                now = self._clock.now()
                await tx.slots.acquire_upcoming(session_id, now)
                await tx.slots.reshape(session, schedule, now)
                await tx.sessions.save_schedule(
                    session_id, schedule, await open_times_of(schedule, session.duration, now)
                )
                return schedule

        return await retrying(effect)

    def window_faults(self, begin: datetime, end: datetime) -> Faults:
        """What is wrong with a window of slots."""
        if not begin <= end <= begin + WINDOW_MOST:
            return {"to": [f"Choose a time after `from`, at most {WINDOW_MOST.days} days later."]}
        return {}

    async def slots(
        self, caller: Caller | None, session_id: UUID, begin: datetime, end: datetime
    ) -> tuple[Opening, ...]:
        """The starts in `[begin, end)` that can be booked now. Raises `Invalid`, `NotFound`."""
        return tuple(opening for opening in await self._openings(caller, session_id, begin, end) if not opening.reason)

    async def explained_slots(
        self, caller: Caller, session_id: UUID, begin: datetime, end: datetime
    ) -> tuple[Opening, ...]:
        """As `slots`, with those that cannot be booked and why; for the creator. Raises `NotYours` too."""
        return await self._openings(caller, session_id, begin, end, explain=True)

    async def _openings(
        self, caller: Caller | None, session_id: UUID, begin: datetime, end: datetime, *, explain: bool = False
    ) -> tuple[Opening, ...]:
        faults = self.window_faults(begin, end)
        if faults:
            raise Invalid(faults)
        found = await self._timetables.find(session_id, begin, end)
        if found is None or not found.session.visible_to(caller):
            raise NotFound
        if explain and (caller is None or caller.user_id != found.session.creator_id):
            raise NotYours
        now = self._clock.now()
        if found.schedule and not explain:
            begin, end = found.schedule.open_window(begin, end, now)

        def judged() -> tuple[Opening, ...]:
            taken_away = found.exceptions(begin, end) if explain else ()
            openings = (*found.openings(begin, end, now), *taken_away)
            return tuple(sorted(openings, key=lambda opening: opening.starts_at))

        # two months at a step of a minute take a second, in which others must be served
        return await asyncio.to_thread(judged)
