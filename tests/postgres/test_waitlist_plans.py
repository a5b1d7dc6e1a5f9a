"""Plans of waitlists: what a join, an offer and a page read does not grow with the line or with other lines."""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest_asyncio

from builders import a_principal
from fakes import NOW
from marketplace.core.domain.slots import Slot
from marketplace.core.domain.waitlist import MAX_LINE
from postgres.large_dataset import Size, load, numbered
from postgres.query_plans import Watched, carried_out, costly, plans, watched

BUSY = numbered("session", 1)
# one line of 1,000 people, all but the last of whom need many seats; and 200 lines of 100
FILL = """
    INSERT INTO waitlist_entries
        (id, session_id, creator_id, user_id, starts_at, seats, status, created_at, closes_at, offer_until, ended_at)
    SELECT gen_random_uuid(), l.session_id, l.creator_id, u.id, l.starts_at,
        CASE WHEN u.place = $2 THEN 1 ELSE 5 + u.place % 3 END, 'waiting', l.starts_at - interval '1 day', l.starts_at,
        NULL, NULL
    FROM (SELECT *, row_number() OVER (ORDER BY session_id = $1 DESC, session_id, starts_at) AS number FROM slots) l,
        (SELECT id, row_number() OVER (ORDER BY id) AS place FROM users ORDER BY id LIMIT $2) u
    WHERE l.number = 1 OR l.number <= 201 AND u.place <= 100
    ORDER BY l.number, u.place
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def loaded(database: str) -> str:
    await load(database, Size(sessions=2_000, slots=2_000))
    connection = await asyncpg.connect(database)
    try:
        await connection.execute(FILL, BUSY, MAX_LINE)
        await connection.execute("VACUUM ANALYZE waitlist_entries")
    finally:
        await connection.close()
    return database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(loaded: str) -> AsyncIterator[Watched]:
    async with watched(loaded) as opened:
        yield opened


async def busy_slot(loaded: str, program: Watched) -> Slot:
    connection = await asyncpg.connect(loaded)
    row = await connection.fetchrow(
        "SELECT starts_at FROM waitlist_entries WHERE session_id = $1 GROUP BY 1 ORDER BY count(*) DESC LIMIT 1", BUSY
    )
    await connection.close()
    assert row is not None
    async with program.storage.unit_of_work() as tx:
        slot = await tx.waitlist.acquire_slot(BUSY, row["starts_at"])
    assert slot is not None
    return slot


async def test_first_who_fits_is_found_behind_a_thousand_who_do_not(loaded: str, program: Watched) -> None:
    slot = await busy_slot(loaded, program)

    async def find() -> None:
        async with program.storage.unit_of_work() as tx:
            found = await tx.waitlist.first_fitting(slot, 2)
            assert found is not None
            assert found[0].seats == 1

    sent = [each for each in await program.sent_by(find()) if "RECURSIVE" in each.query]

    assert costly(await plans(loaded, sent), blocks=40, rows=4) == []


async def test_lists_cost_what_they_show_and_the_lines_of_it(loaded: str, program: Watched) -> None:
    slot, lists = await busy_slot(loaded, program), program.storage.waitlists
    page = await lists.open_of_creator(slot.creator_id, 20, None)
    person: UUID = page.items[0].user_id

    for found, rows in (
        (await carried_out(loaded, program, lists.open_of_creator(slot.creator_id, 20, None)), 21 * MAX_LINE),
        (await carried_out(loaded, program, lists.of_user(person, 20, None)), 21),
    ):
        assert costly(found, blocks=10_000, rows=rows) == []


async def test_due_offers_and_own_entry_are_looked_up(loaded: str, program: Watched) -> None:
    slot = await busy_slot(loaded, program)

    async def ask() -> None:
        async with program.storage.unit_of_work() as tx:
            await tx.waitlist.due_offers(slot, NOW)
            await tx.waitlist.first_offer_end(slot)
            await tx.waitlist.find_open(a_principal().user_id, *slot.key)
            await tx.waitlist.open_of_user(a_principal().user_id)
            await tx.waitlist.purge(NOW.replace(year=2028))

    sent = [each for each in await program.sent_by(ask()) if "waitlist_entries" in each.query]

    assert costly(await plans(loaded, sent), blocks=20, rows=2) == []
