"""What hears of announced changes, on one connection of each process: kept answers and live seats."""

import asyncio
from collections.abc import AsyncIterator

from dishka import Provider, Scope, provide

from marketplace.core.ports.storage import Storage
from marketplace.core.ports.system import Clock
from marketplace.core.services.slots import SlotService
from marketplace.http.kept import KeptAnswers
from marketplace.http.live.keepers import AllKeepers
from marketplace.http.live.live_seats import LiveSeats
from marketplace.settings import Settings


class KeptFromChanges(Provider):
    """Keepers, and the tasks that report to them."""

    scope = Scope.APP

    @provide
    async def live_seats(self, settings: Settings, slots: SlotService) -> AsyncIterator[LiveSeats]:
        """Provide live seats, which read what has changed until the container is closed."""
        live = LiveSeats(slots, max_streams=settings.live_streams, max_per_network=settings.live_streams_per_network)
        running = asyncio.create_task(live.run())
        yield live
        await _cancel(running)

    @provide
    async def kept_answers(
        self, settings: Settings, clock: Clock, storage: Storage, live: LiveSeats
    ) -> AsyncIterator[KeptAnswers]:
        """Provide kept answers, which listen for changes until the container is closed; live seats hear the same."""
        kept = KeptAnswers(clock, has_standby=settings.read_database_url is not None)
        is_keeping = settings.keep_answers
        keeper = AllKeepers(live, kept) if is_keeping else live
        listening = asyncio.create_task(storage.announcements.listen(keeper, is_keeping=is_keeping))
        yield kept
        await _cancel(listening)


async def _cancel(task: asyncio.Task[None]) -> None:
    while not task.done():
        # again if it is lost: before Python 3.12 a wait with a timeout that ends at that moment ignores it
        task.cancel()
        await asyncio.wait([task], timeout=1)
