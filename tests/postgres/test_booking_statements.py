"""The statements of a booking: their number, and that a router could plan each on the node of one creator."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from builders import TOMORROW, a_key, principal_of, services_over, stored_booking, stored_session, stored_users
from contracts.harness import Outcome, at_once
from marketplace.adapters.postgres.booking_quotes import DECIDING, FIND, VERSION_OF_SESSION, VERSION_OF_USER
from marketplace.adapters.postgres.booking_writes import BOOK, OPEN_SLOTS
from marketplace.adapters.postgres.connection.locks import BLOCK_BUYERS
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.payments import ADD, ASK, RECORD, SAVE
from marketplace.adapters.postgres.rows import SESSION
from marketplace.adapters.postgres.schema.metadata import METADATA
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.booking_quotes import BookingQuote
from marketplace.core.ports.storage import Storage
from marketplace.core.services.booking_steps import settlement_job
from marketplace.telemetry.database_timing import DATABASE_TIMING, DatabaseTiming
from postgres.http_clients import Books
from postgres.query_plans import watched

PLACED = {name for name, table in METADATA.tables.items() if "creator_id" in table.columns}
"""Tables with a `creator_id`."""
TABLE = re.compile(r"(INSERT INTO|UPDATE|FROM|JOIN)\s+(\w+)(?: AS)? (\w+)(?: \(([^)]*)\))?")
EXCEPTIONS = {(FIND, "sessions")}
"""A request names its session and not the creator, whom this lookup finds: docs/scaling.md."""
OF_ALL_CREATORS = "b.user_id = w.buyer AND b.status IN"
"""In the count of a person's live bookings, which is over all creators: docs/scaling.md."""

DECIDES_NOTHING = {"id", "creator_id", "created_at", "revision", "revised_at"} | {
    *("category", "featured_at", "hidden_reason", "image_url", "audience", "bring", "place", "language"),
    *("description", "tags", "pictures", "address", "coordinates", "address_public", "join_url"),
}


def unplaced(statement: str) -> Iterator[str]:
    """Yield the tables with a `creator_id` that a statement neither writes nor compares."""
    for verb, table, alias, written in TABLE.findall(statement):
        names = written if verb == "INSERT INTO" else f"{alias}.creator_id =" in statement and "creator_id"
        if table in PLACED and "creator_id" not in (names or ""):
            yield table


async def definition(dsn: str, function: str) -> str:
    connection = await asyncpg.connect(dsn)
    try:
        return str(await connection.fetchval("SELECT pg_get_functiondef($1::text::regproc)", function))
    finally:
        await connection.close()


async def test_functions_compare_the_versions_of_a_quote(database: str) -> None:
    for name in ("book_6", "book_7"):
        written = "".join((await definition(database, name)).split())

        assert f"AND{VERSION_OF_SESSION}=session_version".replace(" ", "") in written
        assert f"AND{VERSION_OF_USER.format(user='u')}=account_versions".replace(" ", "") in written


def test_every_field_of_a_session_decides_a_booking_or_does_not() -> None:
    assert {*DECIDING} | DECIDES_NOTHING == {*SESSION, "schedule"}
    assert DECIDES_NOTHING.isdisjoint(DECIDING)


async def test_every_statement_of_a_booking_names_the_creator(database: str) -> None:
    functions = [await definition(database, name) for name in ("book_6", "book_7")]
    statements = [FIND, *(each for each in ";".join(functions).split(";") if OF_ALL_CREATORS not in each)]

    found = {(statement, table) for statement in statements for table in unplaced(statement)}

    assert found == EXCEPTIONS
    assert sum(len(TABLE.findall(statement)) for statement in statements) > 20


def test_every_statement_that_writes_a_payment_names_the_creator() -> None:
    found = {table for statement in (ADD, SAVE, ASK, RECORD) for table in unplaced(statement)}

    assert found == set()
    assert sum(len(TABLE.findall(statement)) for statement in (SAVE, ASK, RECORD)) == 8


@pytest.mark.parametrize("is_opened", [False, True])
async def test_booking_with_a_key_is_two_round_trips_and_its_replay_two(database: str, *, is_opened: bool) -> None:
    async with watched(database) as program:
        services, session = services_over(program.storage), await stored_session(program.storage)
        if is_opened:
            await stored_booking(program.storage, session)
        user, other = await stored_users(program.storage, 2)
        buyer, key = principal_of(user), a_key(user_id=user.id)
        # the driver looks up array types once per connection
        warm = a_key(user_id=other.id)
        for _ in range(2):
            await services.bookings.book(principal_of(other), session.id, TOMORROW + timedelta(days=1), key=warm)

        first = await program.sent_by(services.bookings.book(buyer, session.id, TOMORROW, key=key))
        replay = await program.sent_by(services.bookings.book(buyer, session.id, TOMORROW, key=key))

        assert [each.query for each in first] == [FIND, BOOK]
        assert [each.query for each in replay[:1]] == [FIND]
        assert len(replay) == 2


async def timed_booking(storage: Storage, session_id: object, number: int) -> list[int]:
    """Book for this many users at once; return the statements that each request counts."""
    services, users = services_over(storage), await stored_users(storage, number)

    async def book(place: int) -> int:
        timing = DatabaseTiming()
        DATABASE_TIMING.set(timing)
        await services.bookings.book(principal_of(users[place]), session_id, TOMORROW)  # type: ignore[arg-type]
        return timing.statements

    return await asyncio.gather(*(book(place) for place in range(number)))


async def test_crowd_of_a_slot_shares_its_writes_and_each_request_counts_two_trips(database: str) -> None:
    async with watched(database) as program:
        session = await stored_session(program.storage, max_participants=100)
        await stored_booking(program.storage, session)
        counted: list[int] = []

        async def book() -> None:
            counted.extend(await timed_booking(program.storage, session.id, 30))

        sent = await program.sent_by(book())

        assert set(counted) == {2}
        assert [each.query for each in sent].count(BOOK) < 10


async def test_crowds_of_a_hot_slot_sell_exactly_its_seats_without_a_deadlock(empty_database: str) -> None:
    books, databases = Books(empty_database), [await connect(empty_database) for _ in range(2)]
    workers = [postgres_storage(each) for each in databases]
    session = await stored_session(workers[0], max_participants=50)
    await stored_booking(workers[0], session)
    services = [services_over(worker) for worker in workers]
    users = await stored_users(workers[0], 120)

    outcome = await at_once(
        services[place % 2].bookings.book(
            principal_of(user), session.id, TOMORROW, key=a_key(user_id=user.id) if place % 3 else None
        )
        for place, user in enumerate(users)
    )

    for each in databases:
        await each.close()
    assert outcome.reasons() == {"SoldOut": 120 - 49}
    assert await books.missing([each.resource.id for each in outcome.done]) == []
    assert await books.discrepancies() == []
    assert await books.ask("SELECT count(*) FROM idempotency_keys k JOIN bookings b ON b.id = k.thing_id") == [
        sum(place % 3 != 0 for place, user in enumerate(users) if user.id in {o.resource.user_id for o in outcome.done})
    ]
    assert await books.ask("SELECT count(*) FROM idempotency_keys") == await books.ask(
        "SELECT count(*) FROM idempotency_keys k JOIN bookings b ON b.id = k.thing_id"
    )
    assert await books.deadlocks() == 0


async def test_bookings_that_open_slots_at_once_share_reads_and_writes(database: str) -> None:
    async with watched(database) as program:
        sessions = [await stored_session(program.storage) for _ in range(4)]
        services, users = services_over(program.storage), await stored_users(program.storage, 24)
        booked: list[Outcome[Any]] = []

        async def book() -> None:
            attempts = (
                services.bookings.book(
                    principal_of(user),
                    sessions[place % 4].id,
                    TOMORROW + timedelta(hours=2 * place),
                    key=a_key(user_id=user.id) if place % 3 else None,
                )
                for place, user in enumerate(users)
            )
            booked.append(await at_once(attempts))

        sent = [each.query for each in await program.sent_by(book())]

        assert not booked[0].refused
        assert OPEN_SLOTS in sent
        assert sent.count(FIND) < 6
        assert sent.count(OPEN_SLOTS) + sent.count(BOOK) < 6


async def test_quotes_gathered_with_others_are_those_of_their_own_request(database: str) -> None:
    async with watched(database) as program:
        storage, now = program.storage, datetime.now(UTC)
        sessions, users = [await stored_session(storage) for _ in range(3)], await stored_users(storage, 3)
        await stored_booking(storage, sessions[1], users[1].id)
        key = a_key(user_id=users[2].id)
        await services_over(storage).bookings.book(principal_of(users[2]), sessions[2].id, TOMORROW, key=key)
        find = storage.booking_quotes.find

        warm, plain, occupied, used, unknown = await asyncio.gather(
            find(sessions[0].id, TOMORROW, users[1].id, now),
            find(sessions[0].id, TOMORROW, users[0].id, now),
            find(sessions[1].id, TOMORROW, users[1].id, now, a_key(user_id=users[1].id)),
            find(sessions[2].id, TOMORROW, users[2].id, now, key),
            find(uuid4(), TOMORROW, users[0].id, now),
        )

        for quote, session, user in ((warm, 0, 1), (plain, 0, 0), (occupied, 1, 1)):
            assert isinstance(quote, BookingQuote)
            assert (quote.session.id, quote.buyer.id) == (sessions[session].id, users[user].id)
            assert (quote.is_occupied(), quote.already_booked) == (session == 1, session == 1)
        assert isinstance(used, UUID)
        assert unknown is None


async def test_stale_booking_is_refused_alone_and_those_that_came_with_it_are_written(empty_database: str) -> None:
    books, opened = Books(empty_database), await connect(empty_database)
    storage = postgres_storage(opened)
    sessions, users = [await stored_session(storage) for _ in range(4)], await stored_users(storage, 4)
    now = datetime.now(UTC)
    quotes = [
        await storage.booking_quotes.find(session.id, TOMORROW, user.id, now)
        for session, user in zip(sessions, users, strict=True)
    ]
    await books.ask("UPDATE sessions SET title = 'Another' WHERE id = $1", sessions[2].id)

    async def accept(place: int) -> UUID:
        quote = quotes[place]
        assert isinstance(quote, BookingQuote)
        booking = quote.book(uuid4(), 1, now)
        key = a_key(user_id=users[place].id) if place else None
        await storage.booking_quotes.accept(quote, booking, settlement_job(booking), key)
        return booking.id

    outcome = await at_once(accept(place) for place in range(4))

    await opened.close()
    assert outcome.reasons() == {"StaleRead": 1}
    assert len(outcome.done) == 3
    assert await books.missing(outcome.done) == []
    assert await books.ask("SELECT count(*) FROM idempotency_keys") == [2]
    assert await books.discrepancies() == []


async def test_stale_booking_is_refused_though_one_of_the_same_session_in_its_group_is_not(empty_database: str) -> None:
    books, opened = Books(empty_database), await connect(empty_database)
    storage = postgres_storage(opened)
    sessions, users = [await stored_session(storage) for _ in range(2)], await stored_users(storage, 3)
    now = datetime.now(UTC)

    async def quote_of(place: int, hours: int) -> BookingQuote:
        start = TOMORROW + timedelta(hours=hours)
        quote = await storage.booking_quotes.find(sessions[min(place, 1)].id, start, users[place].id, now)
        assert isinstance(quote, BookingQuote)
        return quote

    first, stale = await quote_of(0, 0), await quote_of(1, 0)
    await books.ask("UPDATE sessions SET price = price + 1 WHERE id = $1", sessions[1].id)
    fresh = await quote_of(2, 10)

    outcome = await at_once(
        storage.booking_quotes.accept(quote, quote.book(uuid4(), 1, now)) for quote in (first, stale, fresh)
    )

    await opened.close()
    assert outcome.reasons() == {"StaleRead": 1}
    assert await books.ask("SELECT user_id FROM bookings WHERE user_id = $1", users[1].id) == []
    assert await books.ask("SELECT count(*) FROM bookings") == [2]


@pytest.mark.parametrize("place", [0, 3])
async def test_lock_that_one_booking_waits_for_does_not_hold_up_those_of_other_creators(
    empty_database: str, place: int
) -> None:
    books, opened = Books(empty_database), await connect(empty_database)
    storage = postgres_storage(opened)
    sessions, users = [await stored_session(storage) for _ in range(4)], await stored_users(storage, 4)
    services = services_over(storage)
    async with opened.transaction() as held:
        await held.execute(BLOCK_BUYERS, sessions[place].creator_id)
        tasks = [
            asyncio.create_task(services.bookings.book(principal_of(user), session.id, TOMORROW))
            for session, user in zip(sessions, users, strict=True)
        ]
        waiting = tasks.pop(place)
        await asyncio.wait_for(asyncio.gather(*tasks), 4)
        assert not waiting.done()

    await waiting
    await opened.close()
    assert await books.discrepancies() == []


async def test_slots_opened_at_once_by_two_processes_never_overlap_and_never_deadlock(empty_database: str) -> None:
    books, databases = Books(empty_database), [await connect(empty_database) for _ in range(2)]
    workers = [postgres_storage(each) for each in databases]
    creators = await stored_users(workers[0], 3, role="creator")
    sessions = [await stored_session(workers[0], creator_id=creators[place % 3].id, duration=60) for place in range(6)]
    services, users = [services_over(worker) for worker in workers], await stored_users(workers[0], 120)

    outcome = await at_once(
        services[place % 2].bookings.book(
            principal_of(user), sessions[place % 6].id, TOMORROW + timedelta(minutes=30 * (place % 20))
        )
        for place, user in enumerate(users)
    )

    for each in databases:
        await each.close()
    assert set(outcome.reasons()) == {"CreatorUnavailable"}
    assert await books.missing([each.resource.id for each in outcome.done]) == []
    assert await books.discrepancies() == []
    assert await books.deadlocks() == 0
