"""Schedules of sessions."""

from uuid import UUID

from marketplace.core.domain.events import SessionEvent
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.schedules import Schedule
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.ports.slots import Availabilities
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.materialized_availability import materialized_for
from marketplace.core.services.retries import with_retries
from marketplace.core.services.slots import resize


class ScheduleService:
    """Schedules. A session without one is by arrangement: any future start can be booked."""

    def __init__(self, *, unit_of_work: UnitOfWork, availabilities: Availabilities, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._availabilities = availabilities
        self._clock = clock

    async def get(self, principal: Principal, session_id: UUID) -> Schedule | None:
        """Return the schedule of one's own session, `None` if by arrangement. Raises `NotFound`, `NotYours`."""
        now = self._clock.now()
        found = await self._availabilities.find(session_id, now, now)
        if found is None:
            raise NotFound
        found.session.changed_by(principal, {})
        return found.schedule

    async def replace(self, principal: Principal, session_id: UUID, schedule: Schedule | None) -> Schedule | None:
        """Set or remove the schedule of one's own session. Existing bookings stay.

        Raises `Invalid`, `NotFound`, `NotYours`, and `CreatorUnavailable`, with the starts, if new buffers would make
        booked slots overlap.
        """
        errors = schedule.validate() if schedule else {}
        if errors:
            raise Invalid(errors)

        async def operation() -> Schedule | None:
            async with self._unit_of_work() as tx:
                session = (await tx.sessions.acquire(session_id)).changed_by(principal, {})
                now = self._clock.now()
                await resize(tx, session, schedule, now)
                await tx.sessions.save_schedule(
                    session_id, schedule, await materialized_for(schedule, session.duration, now)
                )
                await tx.events.add(SessionEvent.of("session.changed", session, principal.user_id, now, ["schedule"]))
                return schedule

        return await with_retries(operation)
