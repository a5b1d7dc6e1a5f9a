"""Event subscribers."""

from collections.abc import Sequence
from typing import Protocol

from marketplace.core.domain.events import Delivery
from marketplace.core.ports.unit_of_work import Transaction


class Subscriber(Protocol):
    """Receives every event, in batches whose subjects differ.

    It is called in the relay's transaction, which also marks the events as delivered. Effects through `tx`, such as
    enqueuing a job, therefore happen exactly once; other effects may repeat. It must be fast and must not wait for
    other systems: enqueue a job for that.
    """

    async def handle(self, tx: Transaction, deliveries: Sequence[Delivery]) -> None:
        """Handle a batch of events. If this raises, each is delivered again by itself, to every subscriber.

        An event that raises by itself is delivered again later.
        """
        ...
