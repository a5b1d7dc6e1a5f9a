"""The cost of statements about messages among 20,000 of them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest_asyncio

from builders import a_message, stored_session, stored_users
from databases import execute
from fakes import NOW, FreshIds
from http_api import SETTINGS
from marketplace.core.domain.dashboards import MAX_COUNTED, DashboardWindow
from marketplace.core.domain.messages import Message, MessageKind, Unsent
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import User
from marketplace.core.ports.messages import LAST_ID
from marketplace.core.services.letters import MAX_TOLD
from marketplace.entrypoints.doctor import database_findings
from postgres.query_plans import Plan, Watched, carried_out, costly, nodes, plans, watched

ROWS, PEOPLE = 20_000, 50
LEASE = timedelta(minutes=5)
BOOKINGS = [FreshIds().new() for _ in range(ROWS // 4)]

SEATS = """
    INSERT INTO slots (session_id, creator_id, starts_at, ends_at, blocked, capacity, seats_taken)
    SELECT '{session}', '{creator}', start, start + interval '1 hour',
        tstzrange(start, start + interval '1 hour'), 1000, 50
    FROM generate_series('{now}'::timestamptz - interval '100 days', '{now}'::timestamptz + interval '100 days',
        interval '1 day') AS start;
    INSERT INTO bookings (id, session_id, creator_id, user_id, starts_at, seats, amount, status, created_at)
    SELECT gen_random_uuid(), '{session}', '{creator}', users.id, '{now}'::timestamptz + day * interval '1 day', 1, 10,
        CASE WHEN day % 9 = 0 THEN 'cancelled' WHEN day % 2 = 0 THEN 'pending' ELSE 'confirmed' END, '{now}'
    FROM generate_series(-100, 100) AS day, users WHERE users.id <> '{creator}';
    ANALYZE bookings;
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(database: str) -> AsyncIterator[Watched]:
    async with watched(database) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(database: str, program: Watched) -> Sequence[User]:
    users = await stored_users(program.storage, PEOPLE)
    async with program.storage.unit_of_work() as tx:
        for first in range(0, ROWS, 5_000):
            await tx.messages.add([_message(users, number) for number in range(first, first + 5_000)])
    await asyncio.to_thread(execute, database, "ANALYZE messages")
    return users


def _message(users: Sequence[User], number: int) -> Message:
    """Return a message of half a year; one of a hundred is due, one of a hundred is a reminder to come."""
    at = NOW - timedelta(minutes=10 * number)
    booking = BOOKINGS[number // 4]
    message = a_message(users[number % PEOPLE].id, booking_id=booking, due_at=at, created_at=at)
    if number % 100 == 1:
        return a_message(message.user_id, kind=MessageKind.REMINDER_DAY, due_at=NOW + timedelta(minutes=number))
    return message if number % 100 == 0 else message.started().sent(at)


async def plans_of(dsn: str, program: Watched, call: Awaitable[Any]) -> list[Plan]:
    sent = await program.sent_by(call)
    return await plans(dsn, [each for each in sent if each.query not in {"BEGIN;", "COMMIT;"}])


async def test_lists_cost_what_they_show(database: str, program: Watched, people: Sequence[User]) -> None:
    lists = program.storage.messages

    first = await plans_of(database, program, lists.of_user(people[0].id, 20, None))
    position = (await lists.of_user(people[0].id, 200, None)).next
    later = await plans_of(database, program, lists.of_user(people[0].id, 20, position))
    position = (await lists.of_booking(BOOKINGS[7], 1, None)).next
    of_booking = [
        *await plans_of(database, program, lists.of_booking(BOOKINGS[7], 2, None)),
        *await plans_of(database, program, lists.of_booking(BOOKINGS[7], 2, position)),
    ]

    assert costly([*first, *later], blocks=60, rows=21) == []
    assert costly(of_booking, blocks=20, rows=3) == []
    assert {name for plan in of_booking for name in index_names(plan)} == {"ix_messages_booking"}


async def test_messages_for_staff_are_counted_by_their_indexes(
    database: str, program: Watched, people: Sequence[User]
) -> None:
    held = [a_message(people[0].id, due_at=NOW - timedelta(days=n)).held() for n in range(3_000)]
    failed = [
        a_message(people[0].id, expires_at=NOW + timedelta(hours=24 - n)).refused("550 5.1.1") for n in range(3_000)
    ]
    async with program.storage.unit_of_work() as tx:
        await tx.messages.add([*held, *failed])
    await asyncio.to_thread(execute, database, "VACUUM ANALYZE messages")
    window = DashboardWindow.at(NOW, 7, "UTC")
    await program.storage.dashboards.find(window)  # the driver looks up the array type once per connection

    (plan,) = await carried_out(database, program, program.storage.dashboards.find(window))

    read = {str(node.get("Index Name")): node["Actual Rows"] for node in nodes(plan.root) if "Index Name" in node}
    assert (read["ix_messages_held"], read["ix_messages_failed"]) == (MAX_COUNTED, 24)
    lists = program.storage.messages
    for unsent in get_args(Unsent):
        position = (await lists.unsent(unsent, NOW, 2, None)).next
        found = [await plans_of(database, program, lists.unsent(unsent, NOW, 20, at)) for at in (None, position)]
        assert [costly(each, blocks=60, rows=21) for each in found] == [[], []]
    assert await held_by_check(database) == (False, "at least 1,000")
    for statement in ("DELETE FROM messages WHERE state IN ('held', 'refused')", "VACUUM messages"):
        await asyncio.to_thread(execute, database, statement)
    assert await held_by_check(database) == (True, "none")


async def held_by_check(dsn: str) -> tuple[bool, str]:
    """Return what `marketplace check` says of held messages."""
    settings = replace(SETTINGS, storage="postgres", database_url=dsn)
    findings = await asyncio.to_thread(lambda: [*database_findings(settings)])
    [found] = [each for each in findings if each.subject == "held messages"]
    return found.is_good, found.seen


async def test_messages_are_acquired_by_their_id(database: str, program: Watched, people: Sequence[User]) -> None:
    async def retry() -> None:
        async with program.storage.unit_of_work() as tx:
            found = await tx.messages.acquire(sent.id)
            assert await tx.messages.save(found, found.held())

    sent = (await program.storage.messages.of_user(people[0].id, 1, None)).items[0]

    assert costly(await plans_of(database, program, retry()), blocks=40, rows=2) == []


def index_names(plan: Plan) -> set[str]:
    return {str(node["Index Name"]) for node in nodes(plan.root) if "Index Name" in node}


async def test_backlog_is_read_by_its_index(database: str, program: Watched, people: Sequence[User]) -> None:
    _ = people

    found = await plans_of(database, program, program.storage.messages.oldest_due(NOW))
    held = await plans_of(database, program, program.storage.messages.has_held())

    assert costly([*found, *held], blocks=20, rows=2) == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def seats(database: str, program: Watched, people: Sequence[User]) -> Session:
    """Store a session that everyone has a booking of on each of 200 days, half of which are over."""
    assert len(people) == PEOPLE
    session = await stored_session(program.storage)
    values = {"session": session.id, "creator": session.creator_id, "now": NOW}
    await asyncio.to_thread(execute, database, SEATS.format(**values))
    return session


async def test_seats_are_read_by_the_batch(database: str, program: Watched, seats: Session) -> None:
    async def read() -> None:
        async with program.storage.unit_of_work() as tx:
            bounds = {"booked_by": NOW, "announced_after": NOW}
            [*_, last] = await tx.messages.booked_seats(seats.id, (NOW, LAST_ID), 20, **bounds)
            await tx.messages.booked_seats(seats.id, last.position, 20, **bounds)
            await tx.messages.next_seats(seats.id, last.user_id, NOW, MAX_TOLD)

    assert costly(await plans_of(database, program, read()), blocks=300, rows=80) == []


async def test_bookings_without_reminders_are_found_by_the_batch(
    database: str, program: Watched, seats: Session
) -> None:
    _ = seats

    async def read() -> None:
        async with program.storage.unit_of_work() as tx:
            [*_, last] = await tx.messages.upcoming_seats((NOW, LAST_ID), NOW + timedelta(days=9), 20)
            await tx.messages.upcoming_seats(last.position, NOW + timedelta(days=9), 20)

    assert costly(await plans_of(database, program, read()), blocks=300, rows=80) == []


async def test_claim_costs_what_it_claims(database: str, program: Watched, people: Sequence[User]) -> None:
    _ = people

    async def claim(now: datetime) -> None:
        async with program.storage.unit_of_work() as tx:
            await tx.messages.acquire_due(now, 20)
            await tx.messages.claim_due(now, 20, LEASE)

    some = await plans_of(database, program, claim(NOW))
    none = await plans_of(database, program, claim(NOW - timedelta(days=999)))

    assert costly(some, blocks=600, rows=60) == []
    assert costly(none, blocks=20, rows=1) == []


async def test_release_costs_what_it_releases(database: str, program: Watched, people: Sequence[User]) -> None:
    async def release() -> None:
        async with program.storage.unit_of_work() as tx:
            await tx.messages.release_held(NOW, 20)

    none = await plans_of(database, program, release())
    async with program.storage.unit_of_work() as tx:
        await tx.messages.add([a_message(people[0].id, due_at=NOW - timedelta(days=n)).held() for n in range(40)])
    some = await plans_of(database, program, release())

    assert costly(none, blocks=20, rows=1) == []
    assert costly(some, blocks=600, rows=60) == []
