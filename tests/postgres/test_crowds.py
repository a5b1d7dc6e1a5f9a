"""Entries for one key that come at the same time are written together. No database is needed."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from marketplace.adapters.postgres.crowds import MAX_TOGETHER, Crowds
from marketplace.core.errors import AlreadyBooked, Busy, OutcomeUnknown, TransactionConflict


class Writes:
    """A slow write that records its entries, and refuses those that are given."""

    def __init__(self, **refusals: Exception) -> None:
        self.calls: list[list[str]] = []
        self.stored: list[str] = []
        self.refusals = refusals
        self.full = 10_000
        self.seconds = 0.01
        self.crowd_seconds = 0.01
        self.is_crowded = asyncio.Event()

    async def __call__(self, entries: Sequence[str]) -> bool:
        self.calls.append(list(entries))
        if len(entries) > 1:
            self.is_crowded.set()
        await asyncio.sleep(self.crowd_seconds if len(entries) > 1 else self.seconds)
        for entry in entries:
            if entry in self.refusals:
                raise self.refusals[entry]
        if len(self.stored) + len(entries) > self.full:
            return False
        self.stored += entries
        return True


def joined(writes: Writes, *entries: str, wait: float = 5.0) -> list[asyncio.Task[bool]]:
    crowds = Crowds[str, str](writes, timedelta(seconds=wait))
    return [asyncio.create_task(crowds.write("slot", entry)) for entry in entries]


async def test_entries_that_come_during_a_write_are_written_together_in_their_order() -> None:
    writes = Writes()

    assert await asyncio.gather(*joined(writes, "a", "b", "c", "d")) == [True] * 4
    assert writes.calls == [["a"], ["b", "c", "d"]]


async def test_crowd_is_bounded_and_later_entries_wait_for_the_next() -> None:
    writes, names = Writes(), [f"{number:03}" for number in range(MAX_TOGETHER + 10)]

    await asyncio.gather(*joined(writes, "first", *names))

    assert writes.calls == [["first"], names[:MAX_TOGETHER], names[MAX_TOGETHER:]]


async def test_entries_of_different_keys_do_not_wait_for_each_other() -> None:
    writes = Writes()
    crowds = Crowds[str, str](writes, timedelta(seconds=5))

    await asyncio.gather(crowds.write("one", "a"), crowds.write("other", "b"))

    assert writes.calls == [["a"], ["b"]]


async def test_entries_of_a_refused_crowd_are_written_alone_and_get_their_own_errors() -> None:
    writes = Writes(c=AlreadyBooked())

    done = await asyncio.gather(*joined(writes, "a", "b", "c", "d"), return_exceptions=True)

    assert [done[0], done[1], done[3]] == [True] * 3
    assert isinstance(done[2], AlreadyBooked)
    assert sorted(writes.stored) == ["a", "b", "d"]


async def test_crowd_without_room_for_all_fills_what_is_left() -> None:
    writes = Writes()
    writes.full = 3

    assert sum(await asyncio.gather(*joined(writes, "a", "b", "c", "d", "e"))) == 3


async def test_first_entry_that_fails_does_not_stop_those_that_wait() -> None:
    writes = Writes(a=AlreadyBooked())

    done = await asyncio.gather(*joined(writes, "a", "b"), return_exceptions=True)

    assert isinstance(done[0], AlreadyBooked)
    assert done[1] is True


async def test_unknown_outcome_of_a_crowd_is_that_of_each_and_nothing_is_written_twice() -> None:
    writes = Writes(b=OutcomeUnknown())

    done = await asyncio.gather(*joined(writes, "a", "b", "c"), return_exceptions=True)

    assert [type(each) for each in done[1:]] == [OutcomeUnknown, OutcomeUnknown]
    assert writes.calls == [["a"], ["b", "c"]]


async def test_cancelled_entry_that_still_waits_is_not_written() -> None:
    writes = Writes()
    tasks = joined(writes, "a", "b", "c")
    await asyncio.sleep(0.001)
    tasks[1].cancel()

    await asyncio.gather(*tasks, return_exceptions=True)

    assert writes.stored == ["a", "c"]


async def test_entry_cancelled_while_its_crowd_is_written_is_stored_once_like_the_others() -> None:
    writes = Writes()
    tasks = joined(writes, "a", "b", "c")
    await writes.is_crowded.wait()
    tasks[1].cancel()

    assert await tasks[2]
    with pytest.raises(asyncio.CancelledError):
        await tasks[1]
    assert writes.stored == ["a", "b", "c"]


async def test_cancelled_first_entry_does_not_stop_those_that_wait() -> None:
    writes = Writes()
    tasks = joined(writes, "a", "b")
    await asyncio.sleep(0.001)
    tasks[0].cancel()

    assert await tasks[1]
    assert writes.stored == ["b"]


async def test_entry_whose_turn_does_not_come_in_time_is_busy_and_not_written() -> None:
    writes = Writes()
    writes.seconds = 0.3

    done = await asyncio.gather(*joined(writes, "a", "b", wait=0.05), return_exceptions=True)

    assert done[0] is True
    assert isinstance(done[1], Busy)
    assert writes.calls == [["a"]]


async def test_entries_that_are_being_written_are_waited_for_however_long_it_takes() -> None:
    writes = Writes()
    writes.crowd_seconds = 1.5

    assert await asyncio.gather(*joined(writes, "a", "b", "c", wait=1)) == [True] * 3


@pytest.mark.parametrize("error", [Busy, TransactionConflict])
async def test_busy_database_is_busy_for_each_of_a_crowd_and_asked_no_more(error: type[Busy]) -> None:
    writes = Writes(b=error())

    done = await asyncio.gather(*joined(writes, "a", "b", "c"), return_exceptions=True)

    assert [type(each) for each in done[1:]] == [error, error]
    assert writes.calls == [["a"], ["b", "c"]]
