"""Plans of booking lists, for a creator and a user who have 100,000 bookings with each other."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from builders import stored_login, stored_user
from marketplace.core.domain.booking_details import BookingDetails, BookingFilters, BookingOrdering
from marketplace.core.domain.booking_steps import BookingStatus
from marketplace.core.domain.creators import MAX_COUNTED
from marketplace.core.domain.pages import Page
from marketplace.core.domain.tokens import Claims
from postgres.large_dataset import BUSY_CREATOR, BUSY_PERSON, Size, load, load_long_busy, numbered
from postgres.query_plans import Plan, Watched, carried_out, plans, watched

PAGE = 20
BLOCKS = 900
"""Maximum 8 KiB pages for a page of a list: its bookings, and the slot, session and users of each."""
TOGETHER = 5
"""People whose lists are read together with that of the busy one."""
ROWS = 10 * PAGE
"""Up to four scans of a page each, and the booking, slot and session of each row."""
ORDERINGS: tuple[BookingOrdering, ...] = get_args(BookingOrdering)
MIDDLE, LATE = datetime(2024, 1, 1, tzinfo=UTC), datetime(2029, 5, 26, tzinfo=UTC)


def of(*statuses: BookingStatus) -> frozenset[BookingStatus]:
    return frozenset(statuses)


EVERY_ORDER = {
    "everything": BookingFilters(),
    "what is rare": BookingFilters(statuses=of("pending")),
    "what is usual": BookingFilters(statuses=of("completed")),
    "what was long ago": BookingFilters(statuses=of("cancelled")),
    "what is to come": BookingFilters(statuses=of("pending", "confirmed")),
    "all but what is usual": BookingFilters(statuses=of("pending", "confirmed", "cancelled")),
}
BY_START = {
    "from late on": BookingFilters(starts_from=LATE),
    "from the middle on": BookingFilters(starts_from=MIDDLE),
    "until the middle": BookingFilters(starts_to=MIDDLE),
    "after everything": BookingFilters(starts_from=datetime(2100, 1, 1, tzinfo=UTC)),
    "completed from late on": BookingFilters(statuses=of("completed"), starts_from=LATE),
    "cancelled until late": BookingFilters(statuses=of("cancelled"), starts_to=LATE),
    "a day in the middle": BookingFilters(starts_from=MIDDLE, starts_to=datetime(2024, 1, 2, tzinfo=UTC)),
}
NARROW = {
    "from late on": BookingFilters(starts_from=LATE, starts_to=datetime(2030, 1, 1, tzinfo=UTC)),
    "completed from late on": BookingFilters(statuses=of("completed"), starts_from=LATE),
    "before everything": BookingFilters(starts_to=datetime(2017, 1, 1, tzinfo=UTC)),
    "a day in the middle": BookingFilters(starts_from=MIDDLE, starts_to=datetime(2024, 1, 2, tzinfo=UTC)),
}
TAUGHT = """
    INSERT INTO bookings (id, session_id, creator_id, user_id, starts_at, seats, amount, status, created_at)
    SELECT gen_random_uuid(), session_id, creator_id, users.id, starts_at, 1, 10, 'completed', starts_at
    FROM (SELECT * FROM slots WHERE creator_id = $1 LIMIT 1) AS slot, (SELECT id FROM users LIMIT $2) AS users
"""
"""People whom a creator has taught at one start."""
USUAL_SESSION, RARE_SESSION = (numbered("busy session", number) for number in (7, 0))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def loaded(database: str) -> str:
    await load(database, Size(sessions=20_000, slots=20_000))
    await load_long_busy(database)
    return database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(loaded: str) -> AsyncIterator[Watched]:
    async with watched(loaded) as opened:
        yield opened


async def listed(
    program: Watched, party: str, filters: BookingFilters, limit: int = PAGE, after: str | None = None
) -> Page[BookingDetails]:
    lists = program.storage.booking_lists
    if party == "user":
        return await lists.of_user(numbered("user", BUSY_PERSON), limit, after, filters)
    return await lists.of_creator(numbered("user", BUSY_CREATOR), limit, after, filters)


async def pages(loaded: str, program: Watched, party: str, filters: BookingFilters) -> list[Plan]:
    """Return the plans of the first page, and of a deep page where there is one."""
    sent = (await program.sent_by(listed(program, party, filters)))[:1]
    far = (await listed(program, party, filters, limit=2_000)).next
    if far is not None:
        sent += (await program.sent_by(listed(program, party, filters, after=far)))[:1]
    return await plans(loaded, sent)


def costly(found: list[Plan], *, rows: int = ROWS, pages: int = 1) -> list[str]:
    """Describe the plans that read too much for a page, or for several."""
    return [
        f"{plan.blocks()} blocks, {plan.rows_read()} rows, whole {plan.scans_of_whole_tables()}: {plan.statement}"
        for plan in found
        if plan.scans_of_whole_tables() or plan.blocks() > BLOCKS * pages or plan.rows_read() > rows * pages
    ]


@pytest.mark.parametrize("party", ["user", "creator"])
@pytest.mark.parametrize("ordering", ORDERINGS)
@pytest.mark.parametrize("filters", EVERY_ORDER.values(), ids=EVERY_ORDER)
async def test_a_page_by_status_costs_what_it_shows_in_every_order(
    loaded: str, program: Watched, party: str, ordering: BookingOrdering, filters: BookingFilters
) -> None:
    assert costly(await pages(loaded, program, party, replace(filters, ordering=ordering))) == []


@pytest.mark.parametrize("party", ["user", "creator"])
@pytest.mark.parametrize("ordering", ["booking_date", "-booking_date"])
@pytest.mark.parametrize("filters", BY_START.values(), ids=BY_START)
async def test_a_page_of_a_window_costs_what_it_shows_by_start(
    loaded: str, program: Watched, party: str, ordering: BookingOrdering, filters: BookingFilters
) -> None:
    assert costly(await pages(loaded, program, party, replace(filters, ordering=ordering))) == []


@pytest.mark.parametrize("party", ["user", "creator"])
@pytest.mark.parametrize("filters", NARROW.values(), ids=NARROW)
async def test_a_page_of_a_window_costs_what_the_window_holds_by_creation(
    loaded: str, program: Watched, party: str, filters: BookingFilters
) -> None:
    assert costly(await pages(loaded, program, party, filters), rows=ROWS + 150) == []


@pytest.mark.parametrize("party", ["user", "creator"])
@pytest.mark.asyncio(loop_scope="module")
async def test_first_pages_that_are_read_together_cost_what_they_show(
    loaded: str, program: Watched, party: str
) -> None:
    lists, busy = program.storage.booking_lists, BUSY_PERSON if party == "user" else BUSY_CREATOR
    read = lists.of_user if party == "user" else lists.of_creator
    people = [numbered("user", each) for each in (busy, *range(7, 7 + TOGETHER))]

    async def ask() -> None:
        # the first is read alone, and the others meanwhile wait
        await asyncio.gather(*(read(each, PAGE, None) for each in (numbered("user", 1), *people)))

    await ask()
    sent = [each for each in await program.sent_by(ask()) if "asked.person" in each.query]

    assert len(sent) == 1
    assert costly(await plans(loaded, sent), pages=len(people)) == []


@pytest.mark.parametrize("session", [USUAL_SESSION, RARE_SESSION])
@pytest.mark.parametrize("ordering", ORDERINGS)
@pytest.mark.parametrize("statuses", [of(), of("pending"), of("cancelled", "completed")])
async def test_a_page_of_a_session_costs_its_creator_what_it_shows(
    loaded: str, program: Watched, session: UUID, ordering: BookingOrdering, statuses: frozenset[BookingStatus]
) -> None:
    filters = BookingFilters(session=session, statuses=statuses, ordering=ordering)

    assert costly(await pages(loaded, program, "creator", filters)) == []


@pytest.mark.parametrize("ordering", ORDERINGS)
async def test_a_page_of_a_session_that_a_person_seldom_booked_costs_what_it_shows(
    loaded: str, program: Watched, ordering: BookingOrdering
) -> None:
    filters = BookingFilters(session=RARE_SESSION, ordering=ordering)

    assert len((await listed(program, "user", filters)).items) == 5
    assert costly(await pages(loaded, program, "user", filters)) == []


@pytest.mark.parametrize("ordering", ORDERINGS)
async def test_another_creators_session_is_not_read_at_all(
    loaded: str, program: Watched, ordering: BookingOrdering
) -> None:
    filters = BookingFilters(session=USUAL_SESSION, ordering=ordering)
    lists = program.storage.booking_lists

    found = await carried_out(loaded, program, lists.of_creator(numbered("user", 7), PAGE, None, filters))

    assert (await lists.of_creator(numbered("user", 7), PAGE, None, filters)).items == ()
    assert costly(found, rows=4) == []


async def test_batch_of_bookings_without_a_local_start_costs_what_it_returns(loaded: str, program: Watched) -> None:
    async def acquire() -> None:
        async with program.storage.unit_of_work() as tx:
            assert len(await tx.local_starts.acquire_unrecorded(LATE, LATE, PAGE)) == PAGE

    sent = await program.sent_by(acquire())

    assert costly(await plans(loaded, [each for each in sent if "SELECT" in each.query])) == []


@pytest.mark.asyncio(loop_scope="module")
async def test_quote_and_login_read_a_few_rows_whatever_the_session_has_sold(loaded: str, program: Watched) -> None:
    storage, buyer = program.storage, await stored_user(program.storage)
    login = await stored_login(storage, buyer, "a token")

    async def ask() -> None:
        assert await storage.principals.find(Claims(user_id=buyer.id, family_id=login.id))
        assert await storage.booking_quotes.find(USUAL_SESSION, LATE, buyer.id, LATE)

    await ask()  # the driver looks up array types once per connection
    found = await carried_out(loaded, program, ask())

    assert len(found) == 2
    assert costly(found, rows=4) == []


async def test_people_taught_are_counted_over_a_bounded_number_of_bookings(loaded: str, program: Watched) -> None:
    creator, find = numbered("user", 7), program.storage.creators.find
    connection = await asyncpg.connect(loaded)
    try:
        await connection.execute(TAUGHT, creator, MAX_COUNTED // 2)
        await connection.execute("VACUUM ANALYZE bookings")
    finally:
        await connection.close()
    few, many = await find("Person7"), await find(f"person{BUSY_CREATOR}")
    assert few is not None
    assert few.people_taught >= MAX_COUNTED // 2
    assert many is not None
    assert (few.is_bounded, many.is_bounded) == (False, True)

    found = [*await carried_out(loaded, program, find("person7"))]
    found += await carried_out(loaded, program, find(f"person{BUSY_CREATOR}"))

    assert len(found) == 2
    assert costly(found, rows=MAX_COUNTED + 1) == []
