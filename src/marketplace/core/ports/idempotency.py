"""Idempotency keys, stored in the transaction of the operation they protect."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.idempotency import IdempotencyKey


class IdempotencyKeys(Protocol):
    """Keys within a transaction.

    Claim before locking anything: a request that waits for its duplicate then holds no locks.
    """

    async def claim(self, key: IdempotencyKey, resource_id: UUID, now: datetime) -> UUID | None:
        """Claim the key for the resource that this transaction changes, and return `None`. A rollback frees the key.

        If it was used within `TTL` before `now`, change nothing and return the ID of the resource of that time. Waits
        for a concurrent duplicate. Raises `KeyReused` if the key was used with another body.
        """
        ...

    async def purge(self, before: datetime) -> int:
        """Delete keys used at `before` or earlier, at most `MAX_PURGED`. Return the number deleted."""
        ...


MAX_PURGED = 10_000
"""Rows that one purge deletes at most."""
