"""Rules of keeping public answers. `test_public_answers.py` has them over HTTP."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from fakes import MovableClock
from marketplace.core.errors import Busy
from marketplace.http.answers import Answer
from marketplace.http.kept import KeptAnswers, PublicAnswer

MOMENT = timedelta(milliseconds=1)
SECOND = timedelta(seconds=1)
LONG = b"breathe in, " * 200


class Reader:
    """Answers with a number that increases with each read; waits for `gate` and raises `error`, if there is one."""

    def __init__(self, creator_id: UUID | None = None, size: int = 0, *, may_lag: bool = False) -> None:
        self.reads = 0
        self.gate: asyncio.Event | None = None
        self.error: Exception | None = None
        self._creator_id = creator_id
        self._size = size
        self._may_lag = may_lag

    async def __call__(self) -> PublicAnswer:
        self.reads += 1
        number, error = self.reads, self.error
        if self.gate is not None:
            await self.gate.wait()
        if error is not None:
            raise error
        return PublicAnswer(Answer(str(number).encode().ljust(self._size)), self._creator_id, self._may_lag)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def kept(clock: MovableClock) -> KeptAnswers:
    answers = KeptAnswers(clock)
    answers.resume()
    return answers


async def body(kept: KeptAnswers, read: Callable[[], Awaitable[PublicAnswer]], key: str = "/") -> bytes:
    return (await kept.get(key, read)).body.strip()


async def started(kept: KeptAnswers, reader: Reader) -> "asyncio.Task[bytes]":
    """Start a request, and return once it waits."""
    task = asyncio.create_task(body(kept, reader))
    await asyncio.sleep(0)
    return task


async def test_answer_is_kept_for_less_than_a_second_from_the_start_of_its_read(
    kept: KeptAnswers, clock: MovableClock
) -> None:
    reader = Reader()
    reader.gate = asyncio.Event()
    first = await started(kept, reader)
    clock.advance(SECOND / 2)
    reader.gate.set()
    assert await first == b"1"

    clock.advance(SECOND / 2 - MOMENT)
    assert await body(kept, reader) == b"1"
    clock.advance(MOMENT)
    assert await body(kept, reader) == b"2"


async def test_answer_that_says_so_is_kept_longer_and_dropped_by_a_change(
    kept: KeptAnswers, clock: MovableClock
) -> None:
    reads = 0

    async def read() -> PublicAnswer:
        nonlocal reads
        reads += 1
        return PublicAnswer(Answer(str(reads).encode()), kept_for=10 * SECOND)

    assert await body(kept, read) == b"1"
    clock.advance(10 * SECOND - MOMENT)
    assert await body(kept, read) == b"1"
    kept.drop(UUID(int=1))
    assert await body(kept, read) == b"2"
    clock.advance(10 * SECOND)
    assert await body(kept, read) == b"3"


async def test_clock_that_is_set_back_makes_answers_old(kept: KeptAnswers, clock: MovableClock) -> None:
    reader = Reader()
    await body(kept, reader)
    clock.advance(-MOMENT)
    assert await body(kept, reader) == b"2"


async def test_answers_differ_by_key(kept: KeptAnswers) -> None:
    reader = Reader()
    assert [await body(kept, reader, key) for key in ("/a", "/b", "/a")] == [b"1", b"2", b"1"]


async def test_drop_concerns_the_creator_and_answers_of_any_creator(kept: KeptAnswers) -> None:
    one, other = uuid7(), uuid7()
    readers = {"one": Reader(one), "other": Reader(other), "list": Reader()}
    for key, reader in readers.items():
        await body(kept, reader, key)

    kept.drop(one)

    assert {key: await body(kept, reader, key) for key, reader in readers.items()} == {
        "one": b"2",
        "other": b"1",
        "list": b"2",
    }
    kept.drop()
    assert [await body(kept, reader, key) for key, reader in readers.items()] == [b"3", b"2", b"3"]


async def test_concurrent_requests_share_one_read(kept: KeptAnswers) -> None:
    reader = Reader()
    reader.gate = asyncio.Event()
    requests = [await started(kept, reader) for _ in range(9)]
    reader.gate.set()
    assert (await asyncio.gather(*requests), reader.reads) == ([b"1"] * 9, 1)


async def test_read_that_ends_after_a_drop_is_not_kept(kept: KeptAnswers) -> None:
    reader = Reader()
    reader.gate = asyncio.Event()
    before = await started(kept, reader)

    kept.drop(uuid7())
    after = await started(kept, reader)
    reader.gate.set()

    assert (await before, await after) == (b"1", b"2")
    assert await body(kept, reader) == b"2"


async def test_read_that_is_a_second_old_is_not_joined(kept: KeptAnswers, clock: MovableClock) -> None:
    reader = Reader()
    reader.gate = asyncio.Event()
    early = await started(kept, reader)
    clock.advance(SECOND)
    late = await started(kept, reader)
    reader.gate.set()
    assert (await early, await late) == (b"1", b"2")


async def test_failed_read_fails_no_other_request_and_is_not_kept(kept: KeptAnswers) -> None:
    reader = Reader()
    reader.gate, reader.error = asyncio.Event(), Busy()
    leader = await started(kept, reader)
    followers = [await started(kept, reader) for _ in range(2)]
    reader.error = None
    reader.gate.set()

    with pytest.raises(Busy):
        await leader
    assert await asyncio.gather(*followers) == [b"2", b"3"]
    assert await body(kept, reader) == b"4"


async def test_cancelled_requests_neither_fail_nor_hang_others(kept: KeptAnswers) -> None:
    reader = Reader()
    reader.gate = asyncio.Event()
    leader, leaving, staying = [await started(kept, reader) for _ in range(3)]
    leaving.cancel()
    await asyncio.sleep(0)
    leader.cancel()
    await asyncio.sleep(0)
    reader.gate.set()
    assert await asyncio.wait_for(staying, 5) == b"2"
    assert leader.cancelled()
    assert leaving.cancelled()


async def test_list_of_a_lagging_standby_is_shared_but_not_kept(clock: MovableClock) -> None:
    kept, lists, detail = KeptAnswers(clock, has_standby=True), Reader(may_lag=True), Reader()
    kept.resume()
    lists.gate = asyncio.Event()
    requests = [await started(kept, lists) for _ in range(2)]
    lists.gate.set()
    assert await asyncio.gather(*requests) == [b"1", b"1"]
    assert await body(kept, lists) == b"2"
    assert [await body(kept, detail, "/detail") for _ in range(2)] == [b"1", b"1"]


async def test_every_request_reads_until_announcements_are_heard(clock: MovableClock) -> None:
    kept, reader = KeptAnswers(clock), Reader()
    reader.gate = asyncio.Event()
    unheard = [await started(kept, reader) for _ in range(2)]
    kept.resume()
    reader.gate.set()
    assert await asyncio.gather(*unheard) == [b"1", b"2"]
    assert [await body(kept, reader) for _ in range(2)] == [b"3", b"3"]


async def test_lost_announcements_end_keeping_at_once(kept: KeptAnswers) -> None:
    reader = Reader()
    await body(kept, reader)
    reader.gate = asyncio.Event()
    under_way = asyncio.create_task(body(kept, reader, "/other"))
    await asyncio.sleep(0)

    kept.suspend()

    reader.gate.set()
    assert await under_way == b"2"
    assert [await body(kept, reader) for _ in range(2)] == [b"3", b"4"]
    kept.resume()
    assert [await body(kept, reader, "/other") for _ in range(2)] == [b"5", b"5"]


async def test_answer_used_longest_ago_leaves_when_memory_is_full(clock: MovableClock) -> None:
    kept, reader = KeptAnswers(clock, max_bytes=3 * PublicAnswer(Answer(b" " * 5000)).size), Reader(size=5000)
    kept.resume()
    for key in "abcad":
        await body(kept, reader, key)
    assert [await body(kept, reader, key) for key in "acd"] == [b"1", b"3", b"4"]
    assert await body(kept, reader, "b") == b"5"


async def test_memory_does_not_grow_when_an_answer_is_read_again(clock: MovableClock) -> None:
    kept, reader = KeptAnswers(clock, max_bytes=2 * PublicAnswer(Answer(b" " * 5000)).size), Reader(size=5000)
    kept.resume()
    for _ in range(3):
        clock.advance(SECOND)
        await body(kept, reader)
    assert await body(kept, reader) == b"3"


async def test_long_answer_is_not_kept(clock: MovableClock) -> None:
    kept, reader = KeptAnswers(clock, max_answer=99), Reader(size=100)
    kept.resume()
    assert [await body(kept, reader) for _ in range(2)] == [b"1", b"2"]


def test_each_content_coding_has_an_entity_tag_of_its_own() -> None:
    plain, packed = (PublicAnswer(Answer(LONG)).representation(takes_gzip=takes) for takes in (False, True))
    assert gzip.decompress(packed.body) == plain.body == LONG
    assert plain.etag != packed.etag
    assert packed == PublicAnswer(Answer(LONG)).representation(takes_gzip=True), "another process sends the same bytes"
    assert PublicAnswer(Answer(LONG + b".")).representation(takes_gzip=False).etag != plain.etag


def test_short_answer_is_not_compressed() -> None:
    short = PublicAnswer(Answer(b" " * 1023))
    assert short.representation(takes_gzip=True) == short.representation(takes_gzip=False)
    assert PublicAnswer(Answer(b" " * 1024)).representation(takes_gzip=True).is_gzipped
