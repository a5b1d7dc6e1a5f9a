from collections.abc import Iterator

import pytest

from marketplace.core.errors import Busy, Collision, Overtaken, SoldOut
from marketplace.core.services.retrying import COLLISION_TRIES, OVERTAKEN_TRIES, retrying


class Effect:
    """Fails with each of the given errors in turn, and then succeeds."""

    def __init__(self, *errors: Exception) -> None:
        self._errors: Iterator[Exception] = iter(errors)
        self.tries = 0

    async def __call__(self) -> str:
        self.tries += 1
        for error in self._errors:
            raise error
        return "done"


async def test_what_succeeds_is_done_once() -> None:
    effect = Effect()

    assert (await retrying(effect), effect.tries) == ("done", 1)


async def test_who_was_overtaken_tries_again() -> None:
    effect = Effect(*[Overtaken()] * (OVERTAKEN_TRIES - 1))

    assert (await retrying(effect), effect.tries) == ("done", OVERTAKEN_TRIES)


async def test_who_is_overtaken_all_the_time_is_told_busy() -> None:
    effect = Effect(*[Overtaken()] * OVERTAKEN_TRIES)

    with pytest.raises(Busy) as caught:
        await retrying(effect)
    assert (type(caught.value), effect.tries) == (Busy, OVERTAKEN_TRIES)


async def test_a_collision_is_tried_once_more() -> None:
    effect = Effect(Collision(), Overtaken())

    assert (await retrying(effect), effect.tries) == ("done", 3)


async def test_a_second_collision_is_busy() -> None:
    effect = Effect(*[Collision()] * COLLISION_TRIES)

    with pytest.raises(Busy) as caught:
        await retrying(effect)
    assert (type(caught.value), effect.tries) == (Busy, 2)


@pytest.mark.parametrize("error", [SoldOut(), Busy(), ZeroDivisionError()])
async def test_no_other_error_is_tried_again(error: Exception) -> None:
    effect = Effect(error)

    with pytest.raises(type(error)):
        await retrying(effect)
    assert effect.tries == 1
