"""Bulk actions: what they are about, and how far each has come."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.bulk import BulkKind, BulkRefusal, BulkRun, BulkRunDetails
from marketplace.core.domain.bulk_targets import BulkTarget


class BulkTargets(Protocol):
    """Rows as a preview judges them, outside a transaction."""

    async def find(self, kind: BulkKind, ids: Sequence[UUID], now: datetime) -> tuple[BulkTarget, ...]:
        """Those of these rows that are there, in any order, in one statement. Seats to come are those after `now`.

        Of texts only what names a row is read: a session's description is empty.
        """
        ...


class BulkLists(Protocol):
    """Runs as they are read, one statement each, outside a transaction."""

    async def find(self, run_id: UUID) -> BulkRunDetails | None:
        """The run, or `None`."""
        ...

    async def newest(self, limit: int, offset: int) -> tuple[BulkRunDetails, ...]:
        """Runs, the newest first, after the first `offset` of them."""
        ...

    async def count(self) -> int:
        """How many runs there are."""
        ...

    async def targets(self, run_id: UUID, begin: int, maximum: int) -> tuple[UUID, ...]:
        """What a run is about, from the place `begin` on (the first is 0), in the order that was kept."""
        ...

    async def refusals(self, run_id: UUID, limit: int, offset: int) -> tuple[BulkRefusal, ...]:
        """What a run left as it was, in the order in which it met it, after the first `offset` of them."""
        ...


class BulkRuns(Protocol):
    """Runs within a transaction. A run comes before every other lock."""

    async def add(self, run: BulkRun, targets: Sequence[UUID]) -> None:
        """Insert, with all that it is about."""
        ...

    async def acquire(self, run_id: UUID) -> BulkRun:
        """The run, locked until the transaction ends. Raises `NotFound`."""
        ...

    async def save(self, run: BulkRun) -> None:
        """Update its state and what it has counted."""
        ...

    async def add_refusal(self, run: BulkRun, refusal: BulkRefusal) -> None:
        """Keep why the row at the place `run.done` stays as it is; needs `acquire`."""
        ...

    async def purge(self, before: datetime) -> int:
        """Remove one run that was over by then, with all that was kept of it, and say whether there was one: 1 or 0."""
        ...
