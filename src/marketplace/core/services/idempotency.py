"""Doing an effect once for a key, and forgetting old keys."""

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
    """What was made or changed; `is_replay` when an earlier request with the same key did it."""

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
    """The effect on `resource_id` in a transaction of its own, tried again when another came first.

    With a key it is done the first time only; a repeat is given what `replay` reads of the thing as it now stands.
    Raises `KeyReused`, `Busy`.
    """

    async def attempt() -> Outcome[T]:
        async with unit_of_work() as tx:
            before = await tx.idempotency_keys.claim(key, resource_id, now) if key else None
            if before is None:
                return Outcome(await operation(tx))
        # read with the transaction's connection given back, as the others may hold all that there are
        return Outcome(await replay(before), is_replay=True)

    return await with_retries(attempt)


async def no_replay(_: UUID) -> None:
    """What a repeat replays where the thing is read anew in any case."""


class IdempotencyService:
    """Keys are kept for a day."""

    def __init__(self, *, unit_of_work: UnitOfWork, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    async def purge(self, _: UUID | None = None) -> None:
        """Remove the keys that count as unused by now, and enqueue the next sweep at the next full hour."""
        now = self._clock.now()

        async def purge() -> int:
            async with self._unit_of_work() as tx:
                return await tx.idempotency_keys.purge(now - TTL)

        await purge_hourly(self._unit_of_work, "sweep_idempotency_keys", now, purge)
