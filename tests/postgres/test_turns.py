"""At most so many at once for each key. No database is needed."""

import asyncio
from datetime import timedelta

import pytest

from marketplace.adapters.postgres.turns import Turns
from marketplace.core.errors import Busy


class Visitors:
    """Those who have their turn, until they are told to leave."""

    def __init__(self, at_once: int = 1, max_wait: float = 5.0) -> None:
        self.turns = Turns[str](at_once, timedelta(seconds=max_wait))
        self.came: list[str] = []
        self.leave: dict[str, asyncio.Event] = {}

    async def visit(self, name: str, key: str) -> None:
        async with self.turns.of(key):
            self.came.append(name)
            await self.leave.setdefault(name, asyncio.Event()).wait()

    async def add(self, *names: str, key: str = "one") -> list[asyncio.Task[None]]:
        tasks = [asyncio.create_task(self.visit(name, key)) for name in names]
        await asyncio.sleep(0)
        return tasks


async def test_turns_of_a_key_are_bounded_and_come_in_order_and_other_keys_do_not_wait() -> None:
    visitors = Visitors(at_once=2)
    tasks = await visitors.add("a", "b", "c", "d") + await visitors.add("other", key="two")
    assert visitors.came == ["a", "b", "other"]

    for name in ("b", "a", "other", "c", "d"):
        visitors.leave.setdefault(name, asyncio.Event()).set()
    await asyncio.gather(*tasks)

    assert visitors.came == ["a", "b", "other", "c", "d"]


async def test_who_waits_too_long_is_busy_and_who_leaves_makes_room() -> None:
    visitors = Visitors(max_wait=0.05)
    first, late = await visitors.add("a", "b")
    with pytest.raises(Busy):
        await late
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)

    [next_one] = await visitors.add("c")
    visitors.leave["c"].set()
    await next_one

    assert visitors.came == ["a", "c"]
