"""Idempotent operations, and purging old keys."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from marketplace.core.domain.idempotency import TTL, IdempotencyKey
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.purging import purge_hourly
from marketplace.core.services.retries import with_retries

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """The created or changed resource; `is_replay` if an earlier request with the same key did it."""

    resource: T
    is_replay: bool = False


async def idempotently(
    unit_of_work: UnitOfWork,
    operation: Callable[[Transaction], Awaitable[T]],
    replay: Callable[[UUID], Awaitable[T]],
    *,
    key: IdempotencyKey | None,
    resource_id: UUID,
    now: datetime,
) -> Outcome[T]:
    """Run an operation on `resource_id` in its own transaction, with retries.

    With a key it runs only the first time; a repeat returns what `replay` reads of the resource's current state. Raises
    `KeyReused`, `Busy`.
    """

    async def attempt() -> Outcome[T]:
        async with unit_of_work() as tx:
            before = await tx.idempotency_keys.claim(key, resource_id, now) if key else None
            if before is None:
                return Outcome(await operation(tx))
        # read after releasing the transaction's connection, as concurrent requests may hold all others
        return Outcome(await replay(before), is_replay=True)

    return await with_retries(attempt)


async def no_replay(_: UUID) -> None:
    """Replay nothing, where the caller reads the resource afterwards in any case."""


class IdempotencyService:
    """Purges expired keys."""

    def __init__(self, *, unit_of_work: UnitOfWork, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def purge(self, _: UUID | None = None) -> None:
        """Delete expired keys, and enqueue the next purge at the next full hour."""
        now = self._clock.now()

        async def purge() -> int:
            async with self._unit_of_work() as tx:
                return await tx.idempotency_keys.purge(now - TTL)

        await purge_hourly(self._unit_of_work, "sweep_idempotency_keys", now, purge)
