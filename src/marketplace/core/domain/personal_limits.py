"""How much one person may have and ask for."""

from dataclasses import dataclass, replace
from datetime import timedelta

from marketplace.core.domain.rate_limits import RateLimit

SEARCHES_OF_NETWORK = 10
"""Times the searches of a person that a client network has, in which many may search without signing in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalLimits:
    """Bounds that the operator sets. Those with a period are rate limits."""

    max_live_bookings: int = 100
    """Upcoming bookings that are pending or confirmed."""
    max_sessions: int = 500
    """Sessions of a creator that are not archived."""
    reports_per_day: int = 20
    """Of sessions and reviews."""
    searches_per_minute: int = 60
    """Searches by words that have to be read, so that neither a shared cache nor this program has kept them; and as
    many counts of them. Suggestions aren't counted: that would cost more than they do."""
    exports_per_hour: int = 30
    """Files of the back office's lists, and of one's own earnings."""

    max_export_rows: int = 1_000_000
    """Of a file of the back office's lists: about as many as a sheet has."""

    @property
    def reports(self) -> RateLimit:
        return RateLimit(name="reports", maximum=self.reports_per_day, span=timedelta(days=1))

    @property
    def searches(self) -> RateLimit:
        return RateLimit(name="searches", maximum=self.searches_per_minute, span=timedelta(minutes=1))

    @property
    def facets(self) -> RateLimit:
        return replace(self.searches, name="facets")

    @property
    def exports(self) -> RateLimit:
        return RateLimit(name="exports", maximum=self.exports_per_hour, span=timedelta(hours=1))


def of_network(limit: RateLimit) -> RateLimit:
    """Return the limit of a network of visitors, by that of a person."""
    return replace(limit, name=f"{limit.name}_of_network", maximum=SEARCHES_OF_NETWORK * limit.maximum)


DEFAULT_LIMITS = PersonalLimits()
