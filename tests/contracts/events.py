"""Subscribers to test with, and relays over them."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from fakes import NOW, MovableClock
from marketplace.core.domain.events import Delivery
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.subscribers import Subscriber
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.core.services.events import EventRelay

FAR = NOW + timedelta(days=999)
END = FAR + timedelta(days=999)


class Trouble(Exception):
    """An error of a subscriber."""


class Recorder:
    """Records the deliveries it receives, unless it is set to fail."""

    def __init__(self, refuses: Callable[[Delivery], bool] = lambda _: False) -> None:
        self.handed: list[Delivery] = []
        self.refuses = refuses

    async def handle(self, tx: Transaction, deliveries: Sequence[Delivery]) -> None:
        _ = tx
        if any(map(self.refuses, deliveries)):
            raise Trouble
        self.handed += deliveries

    def kinds(self, subject_id: UUID | None = None) -> list[str]:
        """Return the kinds of the received events, of all subjects or of one."""
        return [each.event.kind for each in self.handed if subject_id in {None, each.event.subject_id}]


class Enqueuer:
    """Enqueues a job for each event, as subscribers do that reach other systems."""

    async def handle(self, tx: Transaction, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            job = Job(kind="attend_booking", subject=delivery.event.subject_id, run_at=delivery.event.at)
            await tx.jobs.enqueue(job)


def relay_over(
    storage: Storage, *subscribers: Subscriber, clock: MovableClock | None = None, batch: int = 100
) -> EventRelay:
    return EventRelay(
        unit_of_work=storage.unit_of_work,
        clock=clock or MovableClock(FAR),
        subscribers=subscribers,
        batch=batch,
    )


async def drain(storage: Storage, *subscribers: Subscriber) -> None:
    """Deliver all events, including postponed ones."""
    relay = relay_over(storage, *subscribers, clock=MovableClock(END))
    while await relay.deliver():
        pass


async def claimed(storage: Storage, now: datetime = FAR) -> list[Delivery]:
    """Return what a relay would claim, and roll back."""
    async with storage.unit_of_work() as tx:
        return list(await tx.events.claim(now, 1000))
