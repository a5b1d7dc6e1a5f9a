"""Counting what one person asks for."""

from collections.abc import Callable, Sequence
from uuid import UUID

from marketplace.core.domain.personal_limits import PersonalLimits
from marketplace.core.domain.rate_limits import Attempt, RateLimit
from marketplace.core.services.rate_limits import RateLimitService


class PersonalCounts:
    """Counts against the limits of a person. Each method raises `RateLimited`."""

    def __init__(self, limits: RateLimitService, personal: PersonalLimits) -> None:
        self._limits = limits
        self._personal = personal

    async def report(self, user_id: UUID) -> None:
        await self._limits.check(Attempt(self._personal.reports, str(user_id)))

    async def export(self, user_id: UUID) -> None:
        await self._limits.check(Attempt(self._personal.exports, str(user_id)))

    async def search(self, user_id: UUID | None, of_networks: Callable[[RateLimit], Sequence[Attempt]]) -> None:
        """Count a search of a person, or else of the networks of a visitor."""
        if user_id is not None:
            await self._limits.check(Attempt(self._personal.searches, str(user_id)))
        else:
            await self._limits.check(*of_networks(self._personal.searches_of_network))
