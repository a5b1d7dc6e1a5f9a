"""The same idempotency key sent to three processes concurrently."""

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
"""Connections per process: fewer than repeated requests, so that waiting requests hold all of them."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Three processes over one database."""

    servers: list[Server]
    storage: Storage
    books: Books


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cluster(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    own = await connect(database, PoolLimits(max_size=2))
    async with servers(3, database, tmp_path_factory.mktemp("servers"), pool_max_size=POOL) as started:
        yield Cluster(started, postgres_storage(own), Books(database))
    await own.close()


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def check_consistency(cluster: Cluster) -> AsyncIterator[None]:
    """Check after every test that the database is consistent and no process has logged an error."""
    yield
    assert await cluster.books.discrepancies() == []
    assert [line for server in cluster.servers for line in server.failures()] == []


async def at_once(cluster: Cluster, sender: Person, path: str, key: str, bodies: list[Any]) -> list[httpx.Response]:
    """Send all bodies concurrently with one key, each to the next process."""
    headers = sender.headers | {"Idempotency-Key": key}
    turns = zip(bodies, cycle(cluster.servers), strict=False)
    return await asyncio.gather(*(server.client.post(path, headers=headers, json=body) for body, server in turns))


async def twins(cluster: Cluster, sender: Person, path: str, body: Any) -> list[httpx.Response]:
    return await at_once(cluster, sender, path, "once", [body] * TWINS)


def booking_of(session: Session, **changes: Any) -> dict[str, Any]:
    return {"session": str(session.id), "booking_date": TOMORROW.isoformat()} | changes


def check_twins(responses: list[httpx.Response], status: int) -> Any:
    """Check that all responses are the same and exactly one is not a replay; return the body."""
    replayed = Counter(response.headers.get("Idempotency-Replayed") for response in responses)
    first = responses[0].json()
    assert statuses(responses) == {status}, answers(responses)
    assert replayed == {None: 1, "true": TWINS - 1}
    assert all(response.json() == first for response in responses)
    return first


async def test_same_key_sent_twenty_times_concurrently_makes_one_booking_and_equal_responses(cluster: Cluster) -> None:
    for _ in range(ROUNDS):
        buyer, session = await person(cluster.storage), await stored_session(cluster.storage, max_participants=TWINS)

        booked = check_twins(await twins(cluster, buyer, "/api/bookings/", booking_of(session, seats=2)), 201)

        assert await cluster.books.seats_taken(session) == [2]
        created = await cluster.books.ask("SELECT id::text FROM bookings WHERE user_id = $1", buyer.user.id)
        assert created == [booked["id"]]


async def test_same_key_sent_twenty_times_concurrently_reschedules_and_cancels_once(cluster: Cluster) -> None:
    buyer, session = await person(cluster.storage), await stored_session(cluster.storage)
    booked = check_twins(await twins(cluster, buyer, "/api/bookings/", booking_of(session)), 201)
    path, later = f"/api/bookings/{booked['id']}", TOMORROW.replace(hour=20).isoformat()

    rescheduled = check_twins(await twins(cluster, buyer, f"{path}/reschedule/", {"booking_date": later}), 200)
    cancelled = check_twins(await twins(cluster, buyer, f"{path}/cancel/", {"reason": "I am ill."}), 200)

    assert [step["to"] for step in rescheduled["history"]] == ["confirmed", "confirmed"]
    assert [step["to"] for step in cancelled["history"]] == ["confirmed", "confirmed", "cancelled"]
    assert await cluster.books.seats_taken(session) == [0, 0]


async def test_same_key_sent_twenty_times_concurrently_creates_one_session(cluster: Cluster) -> None:
    creator = await person(cluster.storage, role="creator")

    published = check_twins(await twins(cluster, creator, "/api/sessions/", a_session_body(tags=["lute"])), 201)

    created = await cluster.books.ask("SELECT id::text FROM sessions WHERE creator_id = $1", creator.user.id)
    assert created == [published["id"]]


async def test_one_of_twenty_concurrent_bodies_with_one_key_is_booked_and_others_are_422(cluster: Cluster) -> None:
    buyer, session = await person(cluster.storage), await stored_session(cluster.storage, max_participants=100)
    bodies = [booking_of(session, seats=seats + 1) for seats in range(TWINS)]

    responses = await at_once(cluster, buyer, "/api/bookings/", "once", bodies)

    assert answers(responses) == {"201": 1, "422 idempotency_key_reused": TWINS - 1}


async def test_twenty_people_with_one_key_have_a_booking_each(cluster: Cluster) -> None:
    buyers, session = (
        await people(cluster.storage, TWINS),
        await stored_session(cluster.storage, max_participants=TWINS),
    )

    responses = await asyncio.gather(
        *(
            server.client.post(
                "/api/bookings/", headers=buyer.headers | {"Idempotency-Key": "once"}, json=booking_of(session)
            )
            for buyer, server in zip(buyers, islice(cycle(cluster.servers), TWINS), strict=True)
        )
    )

    assert answers(responses) == {"201": TWINS}
    assert await cluster.books.seats_taken(session) == [TWINS]


async def test_concurrent_duplicates_of_refused_request_all_get_its_error(cluster: Cluster) -> None:
    holder, buyer = await people(cluster.storage, 2)
    session = await stored_session(cluster.storage, max_participants=1)
    check_twins(await twins(cluster, holder, "/api/bookings/", booking_of(session)), 201)

    responses = await twins(cluster, buyer, "/api/bookings/", booking_of(session))

    assert answers(responses) == {"409 sold_out": TWINS}


async def test_concurrent_duplicates_cause_no_deadlock(cluster: Cluster) -> None:
    before = await cluster.books.deadlocks()
    for _ in range(ROUNDS):
        session = await stored_session(cluster.storage, max_participants=100)
        buyers = await people(cluster.storage, 5)

        together = await asyncio.gather(
            *(twins(cluster, buyer, "/api/bookings/", booking_of(session)) for buyer in buyers)
        )

        for responses in together:
            check_twins(responses, 201)
        assert await cluster.books.seats_taken(session) == [5]
    assert await cluster.books.deadlocks() == before
