"""Lists are put together from kept fragments, as if each session had been read again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from builders import TOMORROW, a_schedule, principal_of
from fakes import MovableClock
from http_api import SETTINGS, Api, Person, open_api
from marketplace.adapters.memory.storage import memory_storage
from marketplace.core.domain.catalog import SessionVersion
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.sessions import Catalog
from marketplace.core.services.admin.sessions import SessionAdminService
from marketplace.core.services.schedules import ScheduleService
from marketplace.core.services.sessions import SessionService
from marketplace.http.fragments import KEPT_FOR, Fragment, Fragments
from marketplace.http.kept import KeptAnswers

LIST = "/api/sessions/?limit=100"
TEXT = 'They said "next_slot":null, and \\"next_slot\\": {}.'


class Observed:
    """A catalog that records its calls, and calls `meddle` before each read of sessions."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.calls: list[tuple[str, int]] = []
        self.meddle: Callable[[], Awaitable[object]] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalog, name)

    async def page(self, *arguments: Any) -> Any:
        self.calls.append(("page", 1))
        return await self._catalog.page(*arguments)

    async def read(self, ids: Sequence[UUID], now: datetime) -> Any:
        return await self._observed("read", ids, now)

    async def next_slots(self, ids: Sequence[UUID], now: datetime) -> Any:
        return await self._observed("next_slots", ids, now)

    async def _observed(self, name: str, ids: Sequence[UUID], now: datetime) -> Any:
        self.calls.append((name, len(ids)))
        if self.meddle is not None:
            meddle, self.meddle = self.meddle, None
            await meddle()
        return await getattr(self._catalog, name)(ids, now)


class Market:
    """Two sessions by arrangement and one with a schedule, all of one creator, and a signed-in reader."""

    def __init__(self, api: Api, catalog: Observed, reader: Person, sessions: list[Session]) -> None:
        self.api, self.catalog, self.reader = api, catalog, reader
        self.open, self.other, self.scheduled = sessions

    async def titles(self) -> list[str]:
        return [each["title"] for each in (await self.reader.get(LIST)).json()]

    async def calls(self, path: str = LIST) -> list[tuple[str, int]]:
        """Return what the catalog is asked for one page."""
        self.catalog.calls.clear()
        self.api.both.compares = False
        assert (await self.reader.get(path)).status_code == 200
        self.api.both.compares = True
        return list(self.catalog.calls)

    async def rename(self, session: Session, title: str) -> None:
        owner = principal_of(await self.api.storage.users.get(session.creator_id))
        await (await self.api.container.get(SessionService)).change(owner, session.id, {"title": title})

    async def hide(self, session: Session) -> None:
        staff = principal_of((await self.api.person(is_staff=True)).user)
        await (await self.api.container.get(SessionAdminService)).hide(staff, session.id, "It is a hoax.")


@asynccontextmanager
async def opened() -> AsyncIterator[Market]:
    memory = memory_storage()
    catalog = Observed(memory.catalog)
    async with open_api(storage=replace(memory, catalog=catalog)) as api:
        await api.container.get(KeptAnswers)
        await asyncio.sleep(0)
        creator = await api.creator()
        sessions = [await api.session(creator, title=title, description=TEXT) for title in ("Open", "Other", "Daily")]
        services = await api.container.get(ScheduleService)
        await services.replace(principal_of(creator.user), sessions[2].id, a_schedule())
        yield Market(api, catalog, await api.person(time_zone="Asia/Tokyo"), sessions)


async def test_page_asks_for_versions_and_then_only_for_what_is_missing() -> None:
    async with opened() as market:
        assert await market.calls() == [("page", 1), ("read", 3)]
        assert await market.calls() == [("page", 1), ("next_slots", 1)]
        await market.rename(market.open, "Opened")
        assert await market.calls() == [("page", 1), ("read", 2)], "with the next slot of the scheduled one"
        assert await market.calls() == [("page", 1), ("next_slots", 1)]
        await market.hide(market.scheduled)
        assert await market.calls() == [("page", 1)]


async def test_page_has_the_bytes_of_a_page_without_fragments() -> None:
    async with opened() as market:
        without = replace(SETTINGS, keep_answers=False)
        async with open_api(without, market.api.storage) as plain:
            reader = await plain.login(market.reader.user)
            for change in (
                lambda: market.api.booking(market.reader, market.scheduled),
                lambda: market.rename(market.scheduled, "Daily, and more"),
                lambda: market.hide(market.other),
                lambda: market.hide(market.open),
            ):
                for path in (LIST, f"{LIST}&time_zone=Europe/Madrid", "/api/sessions/?limit=2&ordering=price"):
                    for person, same in ((market.reader, reader), (market.api.visitor, plain.visitor)):
                        answer, expected = await person.get(path), await same.get(path)
                        assert answer.content == expected.content
                        assert answer.headers.get("link") == expected.headers.get("link")
                    assert b'"next_slot":{' in answer.content or "limit=2" in path
                await change()


async def test_signed_in_reader_sees_a_change_at_once() -> None:
    async with opened() as market:
        assert await market.titles() == ["Daily", "Other", "Open"]
        await market.rename(market.other, "Another")
        assert await market.titles() == ["Daily", "Another", "Open"]


async def test_session_that_changes_between_the_two_statements_is_read_again() -> None:
    async with opened() as market:
        await market.titles()
        market.catalog.meddle = lambda: market.rename(market.scheduled, "Weekly")
        assert await market.titles() == ["Weekly", "Other", "Open"]
        assert await market.calls() == [("page", 1), ("next_slots", 1)]


async def test_session_hidden_between_the_two_statements_is_left_out() -> None:
    async with opened() as market:
        market.catalog.meddle = lambda: market.hide(market.other)
        assert await market.titles() == ["Daily", "Open"]
        market.catalog.meddle = lambda: market.hide(market.scheduled)
        assert await market.titles() == ["Open"]


async def test_booked_slot_is_seen_though_no_version_changes() -> None:
    async with opened() as market:
        first = (await market.reader.get(LIST)).json()[0]["next_slot"]
        await market.api.booking(market.reader, market.scheduled, booking_date=first["starts_at"])
        assert (await market.reader.get(LIST)).json()[0]["next_slot"]["seats_left"] == first["seats_left"] - 1
        market.api.clock.at = TOMORROW - timedelta(hours=1)
        assert (await market.reader.get(LIST)).json()[0]["next_slot"]["starts_at"] > first["starts_at"]


A_FRAGMENT = Fragment(b"x" * 1000, b"")


def a_version(**changes: Any) -> SessionVersion:
    return SessionVersion(id=uuid7(), version=(7, 8), is_open=True)._replace(**changes)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


def test_fragment_is_found_by_its_version_only(clock: MovableClock) -> None:
    fragments, version = Fragments(clock), a_version()
    fragments.keep(version, A_FRAGMENT)
    assert fragments.find([version]) == {version.id: A_FRAGMENT}
    assert fragments.find([version._replace(version=(7, 9))]) == {}
    assert fragments.find([a_version()]) == {}
    fragments.clear()
    assert fragments.find([version]) == {}


def test_fragment_is_kept_for_less_than_an_hour_since_numbers_of_transactions_return(clock: MovableClock) -> None:
    fragments, version = Fragments(clock), a_version()
    fragments.keep(version, A_FRAGMENT)
    clock.advance(KEPT_FOR - timedelta(microseconds=1))
    assert fragments.find([version]) == {version.id: A_FRAGMENT}
    clock.advance(timedelta(microseconds=1))
    assert fragments.find([version]) == {}


def test_least_recently_used_fragment_leaves_when_memory_is_full(clock: MovableClock) -> None:
    fragments, versions = Fragments(clock, max_bytes=2 * A_FRAGMENT.size), [a_version() for _ in range(3)]
    for version in (versions[0], versions[0], versions[1]):
        fragments.keep(version, A_FRAGMENT)
    assert fragments.find(versions[:1]) == {versions[0].id: A_FRAGMENT}
    fragments.keep(versions[2], A_FRAGMENT)
    assert [*fragments.find(versions)] == [versions[0].id, versions[2].id]


async def test_list_with_a_window_has_the_first_starts_in_it_whether_sessions_are_kept_or_not() -> None:
    async with opened() as market:
        path = f"{LIST}&available_from=2030-01-08&available_to=2030-01-09&time_zone=Asia/Tokyo"
        read = (await market.api.visitor.get(path)).json()
        market.api.clock.advance(timedelta(seconds=2))
        kept = (await market.api.visitor.get(path)).json()

    assert kept == read
    listed = {each["title"]: each for each in kept}
    daily, by_arrangement = listed["Daily"], listed["Open"]
    assert daily["next_slot"]["starts_at"] < "2030-01-08" <= daily["first_slot"]["starts_at"] < "2030-01-09"
    assert (by_arrangement["first_slot"], by_arrangement["next_slot"]) == (None, None)


async def test_list_without_a_window_has_no_first_starts() -> None:
    async with opened() as market:
        assert all("first_slot" not in each for each in (await market.api.visitor.get(LIST)).json())
