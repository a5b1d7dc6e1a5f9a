"""Dashboard numbers."""

from typing import Protocol

from marketplace.core.domain.dashboards import Dashboard, DashboardWindow


class Dashboards(Protocol):
    """Reads of the dashboard, in one statement outside a transaction."""

    async def find(self, window: DashboardWindow) -> Dashboard:
        """Return the numbers of a window at `window.now`.

        Seats and income are of bookings made on a day, minus those cancelled since. Cancellations count on the day they
        happened, by either side. The cost depends on the events in the window and the items that need attention.
        """
        ...
