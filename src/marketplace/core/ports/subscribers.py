"""Subscribers: what listens to events."""

from typing import Protocol

from marketplace.core.domain.events import Delivery
from marketplace.core.ports.unit_of_work import Transaction


class Subscriber(Protocol):
    """Listens to every event.

    It is called in the relay's transaction, which also marks the event as delivered. What it does through `tx`, such as
    enqueuing a job, is therefore done exactly once; anything else may be done again. It must be quick and must not wait
    for another system: a job does that.
    """

    async def handle(self, tx: Transaction, delivery: Delivery) -> None:
        """Do what follows from the event. When it raises, the event is delivered again later, to every subscriber."""
        ...
