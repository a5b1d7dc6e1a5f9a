"""The general hours of creators."""

from marketplace.core.domain.creator_hours import CreatorHours
from marketplace.core.domain.events import UserEvent
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import Invalid
from marketplace.core.ports.creator_hours import HoursDirectory
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_principal


class CreatorHoursService:
    """Hours. `SlotService.suggest` reads them."""

    def __init__(self, *, unit_of_work: UnitOfWork, hours: HoursDirectory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._hours = hours
        self._clock = clock

    async def get(self, principal: Principal) -> CreatorHours:
        """Return the principal's hours, the usual ones if they have set none. Raises `NotACreator`."""
        principal.require_creator()
        return await self._hours.find(principal.user_id) or CreatorHours.usual(principal.time_zone)

    async def replace(self, principal: Principal, hours: CreatorHours) -> CreatorHours:
        """Set the principal's hours, and announce the suggested starts. Raises `Invalid`, `NotACreator`."""
        errors = hours.validate()
        if errors:
            raise Invalid(errors)
        user_id = principal.user_id

        async def operation() -> CreatorHours:
            async with self._unit_of_work() as tx:
                (await acquire_principal(tx, principal)).require_creator()
                await tx.hours.save(user_id, hours)
                now = self._clock.now()
                event = UserEvent(kind="user.changed", at=now, actor_id=user_id, user_id=user_id, changed=("hours",))
                await tx.events.add(event)
                return hours

        return await with_retries(operation)
