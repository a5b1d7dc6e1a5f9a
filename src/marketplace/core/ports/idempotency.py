"""Idempotency keys: an effect and the key that it was asked for with are written together."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.idempotency import IdempotencyKey


class IdempotencyKeys(Protocol):
    """Keys within a transaction. Claim first, before anything is locked: who waits for a twin then holds nothing."""

    async def claim(self, key: IdempotencyKey, resource_id: UUID, now: datetime) -> UUID | None:
        """Write the key down for what this transaction makes or changes, and return `None`; a rollback frees it.

        When it was used within `TTL` before `now`, change nothing and return the id of what was made then. A twin
        that is under way is waited for. Raises `KeyReused` when the key came with another body.
        """
        ...

    async def purge(self, before: datetime) -> int:
        """Remove keys that were used at `before` or earlier, at most `MAX_PURGED`, and say how many."""
        ...


MAX_PURGED = 10_000
"""One statement's worth."""
