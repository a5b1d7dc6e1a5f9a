"""Event subscribers."""

from typing import Protocol

from marketplace.core.domain.events import Delivery
from marketplace.core.ports.unit_of_work import Transaction


class Subscriber(Protocol):
    """Receives every event.

    It is called in the relay's transaction, which also marks the event as delivered. Effects through `tx`, such as
    enqueuing a job, therefore happen exactly once; other effects may repeat. It must be fast and must not wait for
    other systems: enqueue a job for that.
    """

    async def handle(self, tx: Transaction, delivery: Delivery) -> None:
        """Handle an event. If this raises, the event is redelivered later, to every subscriber."""
        ...
