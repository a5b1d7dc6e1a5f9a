"""Idempotency keys: an effect and the key that it was asked for with are written together."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.entities.idempotency import IdempotencyKey


class IdempotencyKeys(Protocol):
    """Keys within a transaction. Claim first, before anything is locked: who waits for a twin then holds nothing."""

    async def claim(self, key: IdempotencyKey, thing_id: UUID, now: datetime) -> UUID | None:
        """Write the key down for what this transaction makes or changes, and return `None`; a rollback frees it.

        When it was used within `KEPT_FOR` before `now`, change nothing and return the id of what was made then. A twin
        that is under way is waited for. Raises `KeyReused` when the key came with another body.
        """
        ...

    async def sweep(self, before: datetime) -> int:
        """Remove keys that were used at `before` or earlier, at most `SWEPT_MOST`, and say how many."""
        ...


SWEPT_MOST = 10_000
"""One statement's worth."""
