"""Schedules: when a session may start."""

from uuid import UUID

from marketplace.core.entities.events import SessionEvent
from marketplace.core.entities.schedules import Schedule
from marketplace.core.entities.tokens import Caller
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.ports.slots import Timetables
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.open_times import open_times_of
from marketplace.core.services.retrying import retrying
from marketplace.core.services.slots import reshape


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

        Raises `Invalid`, `NotFound`, `NotYours`, `CreatorUnavailable` when new buffers would make sold slots overlap,
        which it names.
        """
        faults = schedule.faults() if schedule else {}
        if faults:
            raise Invalid(faults)

        async def effect() -> Schedule | None:
            async with self._unit_of_work() as tx:
                session = (await tx.sessions.acquire(session_id)).changed_by(caller, {})
                now = self._clock.now()
                await reshape(tx, session, schedule, now)
                await tx.sessions.save_schedule(
                    session_id, schedule, await open_times_of(schedule, session.duration, now)
                )
                await tx.events.add(SessionEvent.of("session.changed", session, caller.user_id, now, ["schedule"]))
                return schedule

        return await retrying(effect)
