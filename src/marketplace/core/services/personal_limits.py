"""Counting what one person asks for."""

from collections.abc import Callable, Sequence
from uuid import UUID

from marketplace.core.domain.personal_limits import PersonalLimits, of_network
from marketplace.core.domain.rate_limits import Attempt, RateLimit
from marketplace.core.services.rate_limits import RateLimitService

OfNetworks = Callable[[RateLimit], Sequence[Attempt]]
"""Returns the attempts of a visitor at a limit of networks."""


class PersonalCounts:
    """Counts against the limits of a person. Each method raises `RateLimited`."""

    def __init__(self, limits: RateLimitService, personal: PersonalLimits) -> None:
        self._limits = limits
        self._personal = personal

    @property
    def max_export_rows(self) -> int:
        return self._personal.max_export_rows

    async def report(self, user_id: UUID) -> None:
        await self._limits.check(Attempt(self._personal.reports, str(user_id)))

    async def export(self, user_id: UUID) -> None:
        await self._limits.check(Attempt(self._personal.exports, str(user_id)))

    async def search(self, user_id: UUID | None, of_networks: OfNetworks) -> None:
        """Count a search of a person, or else of the networks of a visitor."""
        await self._of_anyone(self._personal.searches, user_id, of_networks)

    async def facets(self, user_id: UUID | None, of_networks: OfNetworks) -> None:
        """Count as `search` does."""
        await self._of_anyone(self._personal.facets, user_id, of_networks)

    async def _of_anyone(self, limit: RateLimit, user_id: UUID | None, of_networks: OfNetworks) -> None:
        attempts = of_networks(of_network(limit)) if user_id is None else [Attempt(limit, str(user_id))]
        await self._limits.check(*attempts)
