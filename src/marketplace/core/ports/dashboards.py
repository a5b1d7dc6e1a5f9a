"""The staff's numbers."""

from typing import Protocol

from marketplace.core.domain.dashboards import Dashboard, DashboardWindow


class Dashboards(Protocol):
    """The marketplace's numbers as they are read, in one statement outside a transaction."""

    async def find(self, window: DashboardWindow) -> Dashboard:
        """The numbers of a window at `window.now`.

        Seats and income are of bookings that were made on a day, less what was cancelled since; a cancellation counts
        on the day it happened, whoever took that step. It costs what happened within the window, and what waits.
        """
        ...
