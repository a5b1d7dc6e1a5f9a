"""The API key that the current request came with: no transaction of it commits once the key is revoked."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar, Token
from uuid import UUID

from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork

_ACTING_KEY: ContextVar[UUID | None] = ContextVar("acting_key", default=None)


class without_key:  # noqa: N801 - a block, as those of contextlib
    """Begin without a key, and forget at the end which one `act_by` set."""

    __slots__ = ("_before",)

    def __enter__(self) -> None:
        self._before: Token[UUID | None] = _ACTING_KEY.set(None)

    def __exit__(self, *_: object) -> None:
        _ACTING_KEY.reset(self._before)


def act_by(key_id: UUID) -> None:
    """Bind all transactions from here on to this key, in the current task."""
    _ACTING_KEY.set(key_id)


def bound_to_keys(unit_of_work: UnitOfWork, clock: Clock) -> UnitOfWork:
    """Return a unit of work whose transactions, in a request by API key, commit only while the key is live.

    They lock the key as the last thing, so a revocation waits for those that have it locked, and refuses all others:
    they raise `NotSignedIn`.
    """

    @asynccontextmanager
    async def begin_bound(key_id: UUID) -> AsyncIterator[Transaction]:
        async with unit_of_work() as tx:
            yield tx
            await tx.api_keys.require_live(key_id, clock.now())

    def begin() -> AbstractAsyncContextManager[Transaction]:
        key_id = _ACTING_KEY.get()
        return unit_of_work() if key_id is None else begin_bound(key_id)

    return begin
