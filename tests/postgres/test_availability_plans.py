"""The cost of availability searches among 200,000 sessions is a bounded part of a page's cost, for every filter."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from builders import services_over
from fakes import NOW, MovableClock
from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.catalog import AVAILABILITY_WINDOW, CatalogFilters
from marketplace.core.domain.principals import Principal
from postgres.large_dataset import BUSY_CREATOR, numbered
from postgres.query_plans import PAGE, Plan, Watched, carried_out, costly, pages, sent

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TODAY = NOW.replace(hour=0)
NIGHT: dict[str, Any] = {"available_from": TODAY + 2 * DAY + HOUR, "available_to": TODAY + 2 * DAY + 2 * HOUR}
NEXT_YEAR: dict[str, Any] = {"available_from": TODAY + 400 * DAY, "available_to": TODAY + 430 * DAY}
NOON = TODAY + 13 * DAY + 12 * HOUR
"""On a Sunday, when the creators whose sessions are not limited to working days, one half, are occupied."""
FULL_CREATOR = 9
ART = 25_000
"""Number of listed sessions of this category, to within a thousand."""

FOUND_AT_ONCE: dict[str, CatalogFilters] = {
    "tomorrow": CatalogFilters(available_from=TODAY + DAY, available_to=TODAY + 2 * DAY),
    "an hour": CatalogFilters(available_from=TODAY + 3 * DAY + 10 * HOUR, available_to=TODAY + 3 * DAY + 11 * HOUR),
    "from now on": CatalogFilters(available_from=NOW),
    "until next week": CatalogFilters(available_to=TODAY + 7 * DAY),
    "next week by price": CatalogFilters(
        available_from=TODAY + 7 * DAY, available_to=TODAY + 14 * DAY, ordering="price"
    ),
    "at night, where some are open": CatalogFilters(**NIGHT),
    "next year, where some are open": CatalogFilters(**NEXT_YEAR),
    "tomorrow, by a common word": CatalogFilters(words=("common",), available_from=TODAY + DAY),
}
SELDOM_FOUND: dict[str, CatalogFilters] = {
    "by a busy creator": CatalogFilters(creator=numbered("user", BUSY_CREATOR), available_from=TODAY + DAY),
    "at night": CatalogFilters(category="business", **NIGHT),
    "at night, by price": CatalogFilters(category="business", ordering="price", **NIGHT),
    "at night, a common word": CatalogFilters(words=("common",), category="business", **NIGHT),
    "next year": CatalogFilters(category="music", **NEXT_YEAR),
    "next year, by title": CatalogFilters(category="music", ordering="title", **NEXT_YEAR),
    "after the last horizon": CatalogFilters(category="music", available_from=TODAY + 4000 * DAY),
}

SOONEST: dict[str, tuple[CatalogFilters, int]] = {
    "everything": (CatalogFilters(), 6),
    "a category": (CatalogFilters(category="music"), 6),
    "a tag": (CatalogFilters(tag="tag8"), 6),
    "a price that nothing has": (CatalogFilters(min_price=Decimal(500)), 6),
    "a common word": (CatalogFilters(words=("common",)), 8),
    # whose 20,000 sessions may be sorted
    "a busy creator": (CatalogFilters(creator=numbered("user", BUSY_CREATOR)), 25),
    "this weekend": (CatalogFilters(available_from=TODAY + 5 * DAY, available_to=TODAY + 7 * DAY), 6),
    "at night, where hardly any is open": (CatalogFilters(category="business", **NIGHT), 6),
}
"""Filters, and the rows of each step of a page's plan in windows."""


async def pages_of(loaded: str, program: Watched, filters: CatalogFilters) -> list[Plan]:
    return await pages(loaded, program, lambda limit, after: program.storage.catalog.list(filters, limit, after, NOW))


async def all_of(program: Watched, filters: CatalogFilters) -> tuple[list[CatalogSession], int]:
    """Return the results of all pages, and the number of pages."""
    found: list[CatalogSession] = []
    after, times = None, 0
    while after is not None or times == 0:
        page = await program.storage.catalog.list(filters, 100, after, NOW)
        found += page.items
        after, times = page.next, times + 1
    return found, times


@pytest.mark.parametrize("filters", FOUND_AT_ONCE.values(), ids=FOUND_AT_ONCE)
async def test_page_of_mostly_available_sessions_is_one_cheap_statement_at_any_depth(
    loaded: str, program: Watched, filters: CatalogFilters
) -> None:
    found = await pages_of(loaded, program, filters)

    assert costly(found, blocks=4_500, rows=1_500) == []


@pytest.mark.parametrize("filters", SELDOM_FOUND.values(), ids=SELDOM_FOUND)
async def test_page_of_rarely_available_sessions_reads_a_bounded_number(
    loaded: str, program: Watched, filters: CatalogFilters
) -> None:
    found = await pages_of(loaded, program, filters)

    # a match is one session of eight in these orders; the 20,000 sessions of the busy creator may be sorted
    assert costly(found, blocks=20 * AVAILABILITY_WINDOW, rows=20 * AVAILABILITY_WINDOW) == []


async def test_few_available_sessions_are_found_among_all(program: Watched) -> None:
    found, times = await all_of(program, CatalogFilters(category="business", **NIGHT))

    assert {session.id for session in found} == {numbered("session", n) for n in range(1, 200_000, 10_000)}
    assert times == 1


async def test_relevance_search_checks_availability_within_its_window_only(loaded: str, program: Watched) -> None:
    for begin in (NIGHT["available_from"], TODAY + 400 * DAY):
        filters = CatalogFilters(words=("common",), ordering="relevance", available_from=begin)
        asking = program.storage.catalog.list(filters, PAGE, None, NOW)
        assert costly(await carried_out(loaded, program, asking), blocks=30_000, rows=20_000) == []


@pytest.mark.parametrize(("filters", "windows"), SOONEST.values(), ids=SOONEST)
async def test_order_by_next_slot_evaluates_its_window_only_at_any_depth(
    loaded: str, program: Watched, filters: CatalogFilters, windows: int
) -> None:
    found = await pages_of(loaded, program, replace(filters, ordering="next_slot"))

    assert costly(found, blocks=30 * AVAILABILITY_WINDOW, rows=windows * AVAILABILITY_WINDOW) == []


async def test_order_by_next_slot_ends_with_its_window(program: Watched) -> None:
    found, times = await all_of(program, CatalogFilters(ordering="next_slot"))

    starts = [session.next_slot.starts_at for session in found if session.next_slot]
    assert (len(found), times) == (AVAILABILITY_WINDOW, AVAILABILITY_WINDOW // 100)
    assert starts == sorted(starts)
    assert all(session.next_slot is None for session in found[len(starts) :])


@pytest.mark.parametrize("window", [NIGHT, NEXT_YEAR, {"available_from": TODAY + DAY}], ids=["night", "far", "soon"])
async def test_facets_of_available_sessions_check_a_bounded_number(
    loaded: str, program: Watched, window: dict[str, Any]
) -> None:
    filters = CatalogFilters(**window)
    (plan,) = await carried_out(loaded, program, program.storage.catalog.facets(filters, NOW))

    assert costly([plan], blocks=10 * AVAILABILITY_WINDOW, rows=3 * AVAILABILITY_WINDOW) == []


async def test_page_takes_two_statements_or_four_if_a_thousand_matches_do_not_fill_it(
    program: Watched,
) -> None:
    sessions = services_over(program.storage, clock=MovableClock(NOW)).sessions

    async def statements(filters: CatalogFilters) -> int:
        await sessions.list(filters, PAGE, None)  # the driver loads types once
        return len(await sent(program, sessions.list(filters, PAGE, None)))

    assert await statements(FOUND_AT_ONCE["tomorrow"]) == 2
    assert await statements(CatalogFilters(tag="tag778", available_to=NOW + HOUR)) == 1
    assert await statements(SELDOM_FOUND["at night"]) == 4
    assert await statements(CatalogFilters(available_from=TODAY + DAY, available_to=TODAY)) == 0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def connection(loaded: str) -> AsyncIterator[Any]:
    opened = await asyncpg.connect(loaded)
    yield opened
    await opened.close()


TAKE_UP = """
    INSERT INTO slots (session_id, creator_id, starts_at, ends_at, blocked, capacity, seats_taken)
    SELECT DISTINCT ON (creator_id) id, creator_id, since, until, tstzrange(since, until), 10, 10
    FROM sessions, (SELECT $1::timestamptz AS since, $2::timestamptz AS until) AS taken ORDER BY creator_id, id
    ON CONFLICT DO NOTHING
"""


async def test_page_without_available_sessions_is_short_and_continues_to_the_end(
    loaded: str, program: Watched, connection: Any
) -> None:
    await connection.execute(TAKE_UP, NOON - 6 * HOUR, NOON + 6 * HOUR)
    art = CatalogFilters(category="art", available_from=NOON, available_to=NOON + HOUR)
    at_noon = CatalogFilters(available_from=NOON, available_to=NOON + HOUR)

    assert await all_of(program, art) == ([], ART // AVAILABILITY_WINDOW + 1)
    page = await program.storage.catalog.list(at_noon, PAGE, None, NOW)
    assert (page.items, page.next is None, page.is_bounded) == ((), False, True)
    plans = await carried_out(loaded, program, program.storage.catalog.list(at_noon, PAGE, None, NOW))
    assert len(plans) == 2
    assert costly(plans, blocks=12 * AVAILABILITY_WINDOW, rows=4 * AVAILABILITY_WINDOW) == []


async def test_creator_booked_for_weeks_costs_only_reading_their_calendar(
    loaded: str, program: Watched, connection: Any
) -> None:
    creator = numbered("user", FULL_CREATOR)
    await connection.execute(
        FILL, creator, [TODAY + day * DAY + hour * HOUR for day in range(FILLED_DAYS) for hour in HOURS]
    )
    owner = Principal(user_id=creator, family_id=UUID(int=0), role="creator", is_staff=False, is_superuser=False)
    asking = program.storage.catalog.of_creator(creator, PAGE, None, NOW)

    found = await carried_out(loaded, program, asking)
    shown = (await services_over(program.storage, clock=MovableClock(NOW)).sessions.list_own(owner, PAGE, None)).items

    assert {session.next_slot for session in shown} == {None}
    rows = FILLED_DAYS * len(HOURS) * (PAGE + 1) + AVAILABILITY_WINDOW
    assert costly(found, blocks=CALENDAR_BLOCKS * (PAGE + 1), rows=rows) == []


FILLED_DAYS = 62
"""The booking window is sixty days to the hour, so it ends within the sixty-first."""
HOURS = range(3, 22)
CALENDAR_BLOCKS = 150
"""8 KiB pages that hold sixty full days of one creator: the slots, and three parts of their index."""
FILL = """
    INSERT INTO slots (session_id, creator_id, starts_at, ends_at, blocked, capacity, seats_taken)
    SELECT id, creator_id, at, at + interval '1 hour', tstzrange(at, at + interval '1 hour'), 10, 10
    FROM (SELECT * FROM sessions WHERE creator_id = $1 ORDER BY created_at LIMIT 1) AS first,
        unnest($2::timestamptz[]) AS at
    ON CONFLICT DO NOTHING
"""
