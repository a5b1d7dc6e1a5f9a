"""The same key to three processes of the program at once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

import httpx
import pytest
import pytest_asyncio

from builders import TOMORROW, stored_session
from http_api import a_session_body
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage
from postgres.http_clients import Books, Person, answers, people, person, statuses
from postgres.servers import Server, servers

TWINS = 20
ROUNDS = 5
POOL = 3
"""Connections per process: fewer than there are twins, so that those who wait for one another hold all of them."""


@dataclass(frozen=True, slots=True)
class Town:
    """Three processes over one database."""

    servers: list[Server]
    storage: Storage
    books: Books


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    own = await connect(database, PoolLimits(max_size=2))
    async with servers(3, database, tmp_path_factory.mktemp("servers"), pool_max_size=POOL) as started:
        yield Town(started, postgres_storage(own), Books(database))
    await own.close()


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def nothing_is_amiss(town: Town) -> AsyncIterator[None]:
    """After every test the books are right and no process has logged a bug."""
    yield
    assert await town.books.discrepancies() == []
    assert [line for server in town.servers for line in server.failures()] == []


async def at_once(town: Town, sender: Person, path: str, key: str, bodies: list[Any]) -> list[httpx.Response]:
    """Every body at once with one key, each to the next process."""
    headers = sender.headers | {"Idempotency-Key": key}
    turns = zip(bodies, cycle(town.servers), strict=False)
    return await asyncio.gather(*(server.client.post(path, headers=headers, json=body) for body, server in turns))


async def twins(town: Town, sender: Person, path: str, body: Any) -> list[httpx.Response]:
    return await at_once(town, sender, path, "once", [body] * TWINS)


def booking_of(session: Session, **changes: Any) -> dict[str, Any]:
    return {"session": str(session.id), "booking_date": TOMORROW.isoformat()} | changes


def check_twins(responses: list[httpx.Response], status: int) -> Any:
    """What all of them say, having checked that all say the same and one did it."""
    said = Counter(response.headers.get("Idempotency-Replayed") for response in responses)
    first = responses[0].json()
    assert statuses(responses) == {status}, answers(responses)
    assert said == {None: 1, "true": TWINS - 1}
    assert all(response.json() == first for response in responses)
    return first


async def test_same_key_sent_twenty_times_concurrently_makes_one_booking_and_equal_responses(town: Town) -> None:
    for _ in range(ROUNDS):
        buyer, session = await person(town.storage), await stored_session(town.storage, max_participants=TWINS)

        booked = check_twins(await twins(town, buyer, "/api/bookings/", booking_of(session, seats=2)), 201)

        assert await town.books.seats_taken(session) == [2]
        created = await town.books.ask("SELECT id::text FROM bookings WHERE user_id = $1", buyer.user.id)
        assert created == [booked["id"]]


async def test_same_key_sent_twenty_times_concurrently_reschedules_and_cancels_once(town: Town) -> None:
    buyer, session = await person(town.storage), await stored_session(town.storage)
    booked = check_twins(await twins(town, buyer, "/api/bookings/", booking_of(session)), 201)
    path, later = f"/api/bookings/{booked['id']}", TOMORROW.replace(hour=20).isoformat()

    rescheduled = check_twins(await twins(town, buyer, f"{path}/reschedule/", {"booking_date": later}), 200)
    cancelled = check_twins(await twins(town, buyer, f"{path}/cancel/", {"reason": "I am ill."}), 200)

    assert [step["to"] for step in rescheduled["history"]] == ["confirmed", "confirmed"]
    assert [step["to"] for step in cancelled["history"]] == ["confirmed", "confirmed", "cancelled"]
    assert await town.books.seats_taken(session) == [0, 0]


async def test_same_key_sent_twenty_times_concurrently_creates_one_session(town: Town) -> None:
    creator = await person(town.storage, role="creator")

    quoted = check_twins(await twins(town, creator, "/api/sessions/", a_session_body(tags=["lute"])), 201)

    created = await town.books.ask("SELECT id::text FROM sessions WHERE creator_id = $1", creator.user.id)
    assert created == [quoted["id"]]


async def test_one_of_twenty_concurrent_bodies_with_one_key_is_booked_and_others_are_422(town: Town) -> None:
    buyer, session = await person(town.storage), await stored_session(town.storage, max_participants=100)
    bodies = [booking_of(session, seats=seats + 1) for seats in range(TWINS)]

    responses = await at_once(town, buyer, "/api/bookings/", "once", bodies)

    assert answers(responses) == {"201": 1, "422 idempotency_key_reused": TWINS - 1}


async def test_twenty_people_with_one_key_have_a_booking_each(town: Town) -> None:
    buyers, session = await people(town.storage, TWINS), await stored_session(town.storage, max_participants=TWINS)

    responses = await asyncio.gather(
        *(
            server.client.post(
                "/api/bookings/", headers=buyer.headers | {"Idempotency-Key": "once"}, json=booking_of(session)
            )
            for buyer, server in zip(buyers, islice(cycle(town.servers), TWINS), strict=True)
        )
    )

    assert answers(responses) == {"201": TWINS}
    assert await town.books.seats_taken(session) == [TWINS]


async def test_concurrent_duplicates_of_refused_request_all_get_its_error(town: Town) -> None:
    holder, buyer = await people(town.storage, 2)
    session = await stored_session(town.storage, max_participants=1)
    check_twins(await twins(town, holder, "/api/bookings/", booking_of(session)), 201)

    responses = await twins(town, buyer, "/api/bookings/", booking_of(session))

    assert answers(responses) == {"409 sold_out": TWINS}


async def test_concurrent_duplicates_cause_no_deadlock(town: Town) -> None:
    before = await town.books.deadlocks()
    for _ in range(ROUNDS):
        session = await stored_session(town.storage, max_participants=100)
        buyers = await people(town.storage, 5)

        together = await asyncio.gather(
            *(twins(town, buyer, "/api/bookings/", booking_of(session)) for buyer in buyers)
        )

        for responses in together:
            check_twins(responses, 201)
        assert await town.books.seats_taken(session) == [5]
    assert await town.books.deadlocks() == before
