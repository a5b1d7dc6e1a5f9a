"""Creator summaries."""

from marketplace.core.domain.principals import Principal
from marketplace.core.domain.summaries import CreatorSummary, SummaryWindow
from marketplace.core.ports.summaries import CreatorSummaries
from marketplace.core.ports.system import Clock
from marketplace.core.ports.users import UserDirectory


class SummaryService:
    """Creator summaries."""

    def __init__(self, *, summaries: CreatorSummaries, users: UserDirectory, clock: Clock) -> None:
        self._summaries = summaries
        self._users = users
        self._clock = clock

    async def of_creator(self, principal: Principal) -> CreatorSummary:
        """Return the principal's numbers, by day in their time zone. Raises `NotACreator`."""
        creator = await self._users.get(principal.user_id)
        creator.current(principal).require_creator()
        return await self._summaries.find(creator.id, SummaryWindow.at(self._clock.now(), creator.time_zone))
