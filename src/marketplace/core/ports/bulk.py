"""Bulk runs and their targets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.bulk import AgreedRows, BulkKind, BulkRefusal, BulkRun, BulkRunDetails
from marketplace.core.domain.bulk_targets import BulkTarget


class BulkTargets(Protocol):
    """Reads of target rows, outside a transaction."""

    async def find(self, kind: BulkKind, ids: Sequence[UUID], now: datetime) -> tuple[BulkTarget, ...]:
        """Return the existing rows, in any order, in one statement. Upcoming seats are those after `now`.

        Reads no text but what labels need: a session's description is empty.
        """
        ...


class BulkLists(Protocol):
    """Reads of runs, one statement each, outside a transaction."""

    async def find(self, run_id: UUID) -> BulkRunDetails | None: ...

    async def newest(self, limit: int, offset: int) -> tuple[BulkRunDetails, ...]:
        """Return runs, newest first, after the first `offset`."""
        ...

    async def count(self) -> int: ...

    async def targets(self, run_id: UUID, begin: int, maximum: int) -> tuple[UUID, ...]:
        """Return the target IDs of a run from index `begin` (0-based), in stored order."""
        ...

    async def refusals(self, run_id: UUID, limit: int, offset: int) -> tuple[BulkRefusal, ...]:
        """Return the refused rows of a run, in processing order, after the first `offset`."""
        ...

    async def find_agreed(self, order: AgreedRows, agreed_id: UUID | None, since: datetime) -> AgreedRows | None:
        """Return the newest unused preview of this order after `since`, or the one with this ID, or `None`."""
        ...

    async def has_previewed(self, order: AgreedRows, since: datetime) -> bool:
        """Return whether there is a preview of this order after `since`, used or not."""
        ...


class BulkRuns(Protocol):
    """Runs within a transaction. A run is locked before anything else."""

    async def add(self, run: BulkRun, targets: Sequence[UUID], refusals: Sequence[BulkRefusal] = ()) -> None:
        """Insert a run with all its targets, the first of which are already refused."""
        ...

    async def add_agreed(self, agreed: AgreedRows) -> None:
        """Store the rows of a preview."""
        ...

    async def take_agreed(self, agreed_id: UUID) -> bool:
        """Mark a preview as used, and delete its rows. Return `False` if another transaction has."""
        ...

    async def purge_agreed(self, before: datetime) -> int:
        """Delete previews before this time. Return their number."""
        ...

    async def acquire(self, run_id: UUID) -> BulkRun:
        """Return the run, locked until the transaction ends. Raises `NotFound`."""
        ...

    async def save(self, run: BulkRun) -> None:
        """Update state and counters."""
        ...

    async def add_refusal(self, run: BulkRun, refusal: BulkRefusal) -> None:
        """Store the refusal of the row at index `run.done`; needs `acquire`."""
        ...

    async def purge(self, before: datetime) -> int:
        """Delete one run that finished by then, with its targets and refusals. Return the number deleted, 1 or 0."""
        ...
