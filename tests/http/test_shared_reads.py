"""Requests that ask the same at the same time share a read, which begins after they came."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from http_api import SETTINGS, Api, open_api
from marketplace.adapters.memory.storage import memory_storage
from marketplace.core.domain.catalog import CatalogFilters
from marketplace.core.errors import Busy
from marketplace.core.ports.sessions import Catalog
from marketplace.http import shared_reads
from marketplace.http.shared_reads import SharedReads

EVERY_DAY = {"weekly": [{"weekday": day, "starts": "09:00", "ends": "12:00"} for day in range(1, 8)]}


class Reader:
    """Answers with the number of its read, once it may; `failing` is the read that fails."""

    def __init__(self, failing: int = 0) -> None:
        self.reads = 0
        self.failing = failing
        self.gate = asyncio.Event()

    async def __call__(self) -> int:
        self.reads += 1
        number = self.reads
        await self.gate.wait()
        if number == self.failing:
            raise Busy
        return number


async def started(shared: SharedReads[int], reader: Reader, *keys: str) -> "list[asyncio.Task[int]]":
    """Start a request for each key, and return once all wait."""
    tasks = [asyncio.create_task(shared.get(key, reader)) for key in keys]
    await asyncio.sleep(0)
    return tasks


async def test_requests_that_come_during_a_read_share_the_next_one() -> None:
    shared, reader = SharedReads[int](), Reader()
    tasks = await started(shared, reader, "a", "a", "a", "a")
    reader.gate.set()

    assert await asyncio.gather(*tasks) == [1, 2, 2, 2]
    assert await shared.get("a", reader) == 3


async def test_request_that_comes_once_the_next_read_has_begun_waits_for_the_one_after() -> None:
    shared, reader = SharedReads[int](), Reader()
    first, second = await started(shared, reader, "a", "a")
    reader.gate.set()
    await first
    reader.gate.clear()
    while reader.reads == 1:  # noqa: ASYNC110 - the read that the second request begins
        await asyncio.sleep(0)
    [third] = await started(shared, reader, "a")
    reader.gate.set()

    assert [await second, await third] == [2, 3]


async def test_requests_for_other_answers_read_for_themselves() -> None:
    shared, reader = SharedReads[int](), Reader()
    tasks = await started(shared, reader, "a", "b")
    assert reader.reads == 2
    reader.gate.set()
    assert await asyncio.gather(*tasks) == [1, 2]


async def test_failed_shared_read_leaves_the_others_to_read_for_themselves() -> None:
    shared, reader = SharedReads[int](), Reader(failing=2)
    first, leading, *waiting = await started(shared, reader, "a", "a", "a", "a")
    reader.gate.set()

    assert await first == 1
    with pytest.raises(Busy):
        await leading
    assert await asyncio.gather(*waiting) == [3, 4]


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_request_that_leaves_does_not_stop_the_others(place: int) -> None:
    shared, reader = SharedReads[int](), Reader()
    tasks = await started(shared, reader, "a", "a", "a", "a")
    tasks.pop(place).cancel()
    await asyncio.sleep(0)
    reader.gate.set()

    answers = await asyncio.wait_for(asyncio.gather(*tasks), 5)

    assert all(answer > 1 for answer in answers[1:])
    assert await shared.get("a", reader) == reader.reads


async def test_request_does_not_wait_for_a_read_that_takes_long() -> None:
    shared, reader = SharedReads[int](), Reader()
    [first] = await started(shared, reader, "a")
    await asyncio.sleep(shared_reads.MAX_AGE + 0.01)
    [second] = await started(shared, reader, "a")
    assert reader.reads == 2
    reader.gate.set()
    assert [await first, await second] == [1, 2]


async def test_request_does_not_join_those_that_wait_for_a_read_that_takes_long() -> None:
    shared, reader = SharedReads[int](), Reader()
    waiting = [*await started(shared, reader, "a"), *await started(shared, reader, "a")]
    assert reader.reads == 1
    await asyncio.sleep(shared_reads.MAX_AGE + 0.01)

    waiting += await started(shared, reader, "a")

    assert reader.reads == 2
    reader.gate.set()
    assert [await each for each in waiting] == [1, 3, 2]


class SlowCatalog:
    """Counts the pages that it reads, each of which waits."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.pages = 0

    async def list(self, filters: CatalogFilters, *arguments: Any) -> Any:
        return await self._slowly(self._catalog.list(filters, *arguments))

    async def page(self, filters: CatalogFilters, *arguments: Any) -> Any:
        return await self._slowly(self._catalog.page(filters, *arguments))

    async def _slowly(self, page: Any) -> Any:
        self.pages += 1
        await asyncio.sleep(0.05)
        return await page

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalog, name)


@pytest_asyncio.fixture(params=[True, False], ids=["kept", "nothing kept"])
async def slow(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Api, SlowCatalog]]:
    storage = memory_storage()
    catalog = SlowCatalog(storage.catalog)
    settings = replace(SETTINGS, keep_answers=request.param)
    async with open_api(settings, replace(storage, catalog=catalog)) as api:
        api.both.compares = False
        await api.session()
        yield api, catalog
        api.both.compares = True


async def test_signed_in_readers_share_pages_of_the_catalog(slow: tuple[Api, SlowCatalog]) -> None:
    api, catalog = slow
    readers = [await api.person() for _ in range(6)]

    answers = await asyncio.gather(*(each.get("/api/sessions/") for each in readers))

    assert catalog.pages == 2
    assert len({answer.content for answer in answers}) == 1
    assert {answer.headers["cache-control"] for answer in answers} == {"private, no-store"}


async def test_readers_in_other_zones_share_the_read_of_a_page_and_get_their_own_offsets(
    slow: tuple[Api, SlowCatalog],
) -> None:
    api, catalog = slow
    creator = await api.creator()
    session = await api.session(creator)
    assert (await creator.put(f"/api/sessions/{session.id}/schedule/", EVERY_DAY)).is_success
    paths = [f"/api/sessions/?time_zone={zone}" for zone in ("Asia/Tokyo", "America/Havana", "Asia/Kolkata")]

    answers = await asyncio.gather(*(api.visitor.get(path) for path in paths))

    assert catalog.pages == 2
    shown = [answer.json()[0]["next_slot"] for answer in answers]
    assert len({slot["viewer_utc_offset"] for slot in shown}) == 3
    assert len({slot["starts_at"] for slot in shown}) == 1
    alone = [await api.visitor.get(path) for path in paths]
    assert [answer.content for answer in answers] == [answer.content for answer in alone]


async def test_pages_with_other_filters_or_limits_are_not_shared(slow: tuple[Api, SlowCatalog]) -> None:
    api, catalog = slow

    answers = await asyncio.gather(
        *(api.visitor.get(f"/api/sessions/?{query}") for query in ("limit=1", "limit=2", "tag=none", "min_price=99999"))
    )

    assert catalog.pages == 4
    assert [len(answer.json()) for answer in answers] == [1, 1, 0, 0]


async def test_lists_of_own_sessions_are_not_shared(slow: tuple[Api, SlowCatalog]) -> None:
    api, _ = slow
    creators = [await api.creator() for _ in range(2)]
    own = [await api.session(creator) for creator in creators]

    lists = await asyncio.gather(*(each.get("/api/sessions/?my_sessions=true") for each in creators))

    assert [[shown["id"] for shown in each.json()] for each in lists] == [[str(session.id)] for session in own]


async def test_what_depends_on_the_reader_is_not_shared(slow: tuple[Api, SlowCatalog]) -> None:
    api, _ = slow
    creator = await api.creator()
    session = await api.session(creator)
    hidden = {"status": "inactive"}
    assert (await creator.patch(f"/api/sessions/{session.id}/", hidden)).is_success
    path = f"/api/sessions/{session.id}/slots/"

    answers = await asyncio.gather(*(each.get(path) for each in (creator, api.visitor) * 3))

    assert [answer.status_code for answer in answers] == [200, 404] * 3
