"""Trying an effect again when another transaction came first."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from marketplace.core.errors import Busy, Collision, Overtaken

T = TypeVar("T")

OVERTAKEN_TRIES = 20
COLLISION_TRIES = 2


async def retrying(effect: Callable[[], Awaitable[T]]) -> T:
    """The effect's result; the effect is one whole transaction.

    An `Overtaken` effect reads again and decides anew; each time, somebody else got on. A `Collision` is tried
    once more. Raises `Busy` when that was not enough.
    """
    overtaken = collided = 0
    while True:
        try:
            return await effect()
        except Overtaken as error:
            overtaken += 1
            if overtaken == OVERTAKEN_TRIES:
                raise Busy from error
        except Collision as error:
            collided += 1
            if collided == COLLISION_TRIES:
                raise Busy from error
