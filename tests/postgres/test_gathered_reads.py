"""Reads that come at the same time go into one statement. No database is needed."""

import asyncio
from collections.abc import Sequence

from marketplace.adapters.postgres import gathered_reads
from marketplace.adapters.postgres.gathered_reads import MAX_TOGETHER, GatheredReads
from marketplace.core.errors import Busy


class Reads:
    """A slow read that records its calls, and fails if it is asked for what is given."""

    def __init__(self, failing: str | None = None, error: type[Exception] = Busy) -> None:
        self.calls: list[list[str]] = []
        self.failing = failing
        self.error = error
        self.is_allowed = asyncio.Event()

    async def __call__(self, names: Sequence[str]) -> Sequence[str]:
        self.calls.append(list(names))
        await self.is_allowed.wait()
        if self.failing in names:
            raise self.error
        return [name.upper() for name in names]


def started(reads: Reads, *names: str) -> list[asyncio.Task[str]]:
    gathered = GatheredReads[str, str](reads)
    return [asyncio.create_task(gathered.read(name)) for name in names]


async def test_reads_that_come_during_another_go_together_into_the_next_and_get_their_own_results() -> None:
    reads = Reads()
    tasks = started(reads, "a", "b", "c", "d")
    await asyncio.sleep(0)
    reads.is_allowed.set()

    assert await asyncio.gather(*tasks) == ["A", "B", "C", "D"]
    assert reads.calls == [["a"], ["b", "c", "d"]]


async def test_read_after_all_others_have_ended_reads_at_once() -> None:
    reads, names = Reads(), ("a", "b")
    reads.is_allowed.set()
    gathered = GatheredReads[str, str](reads)

    assert [await gathered.read(name) for name in names] == ["A", "B"]
    assert reads.calls == [["a"], ["b"]]


async def test_reads_together_are_bounded_and_later_ones_wait_for_the_next() -> None:
    reads, names = Reads(), [f"{number:03}" for number in range(MAX_TOGETHER + 10)]
    tasks = started(reads, "first", *names)
    await asyncio.sleep(0)
    reads.is_allowed.set()

    await asyncio.gather(*tasks)

    assert reads.calls == [["first"], names[:MAX_TOGETHER], names[MAX_TOGETHER:]]


async def test_failure_is_that_of_all_that_were_read_together_and_of_no_others() -> None:
    reads = Reads(failing="b")
    tasks = started(reads, "a", "b", "c")
    await asyncio.sleep(0)
    reads.is_allowed.set()

    done = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(each) for each in done] == [str, Busy, Busy]


async def test_cancelled_read_leaves_the_others_and_is_not_asked_for() -> None:
    reads = Reads()
    tasks = started(reads, "a", "b", "c")
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.sleep(0)
    reads.is_allowed.set()

    assert [await tasks[0], await tasks[2]] == ["A", "C"]
    assert reads.calls == [["a"], ["c"]]


async def test_cancelled_first_read_does_not_stop_those_that_wait() -> None:
    reads = Reads()
    tasks = started(reads, "a", "b")
    await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.sleep(0)
    reads.is_allowed.set()

    assert await tasks[1] == "B"


async def test_read_does_not_wait_for_one_that_takes_long() -> None:
    reads = Reads()
    gathered = GatheredReads[str, str](reads)
    first = asyncio.create_task(gathered.read("a"))
    await asyncio.sleep(gathered_reads.MAX_AGE + 0.01)
    second = asyncio.create_task(gathered.read("b"))
    await asyncio.sleep(0)

    assert reads.calls == [["a"], ["b"]]
    reads.is_allowed.set()
    assert [await first, await second] == ["A", "B"]


async def test_busy_database_is_an_error_of_its_own_for_each_of_a_group() -> None:
    reads = Reads(failing="c")
    tasks = started(reads, "a", "b", "c")
    await asyncio.sleep(0)
    reads.is_allowed.set()

    _, *errors = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(each) for each in errors] == [Busy, Busy]
    assert errors[0] is not errors[1]
    assert reads.calls == [["a"], ["b", "c"]]


async def test_argument_that_cannot_be_read_fails_its_own_request_only() -> None:
    reads = Reads(failing="c", error=ValueError)
    tasks = started(reads, "a", "b", "c", "d")
    await asyncio.sleep(0)
    reads.is_allowed.set()

    *_, refused, last = await asyncio.gather(*tasks, return_exceptions=True)

    assert (type(refused), last) == (ValueError, "D")
    assert reads.calls[:2] == [["a"], ["b", "c", "d"]]
    assert sorted(reads.calls[2:]) == [["b"], ["c"], ["d"]]
