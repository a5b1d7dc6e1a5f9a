"""Three processes over one database, and users who compete for the same seats."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from builders import PASSWORD, TOMORROW, a_user, services_over, stored_session
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage
from postgres.http_clients import Books, Person, answers, book, booked, people, person, rush, statuses
from postgres.servers import Server, run_command, servers

BUYERS = 200
ROUNDS = 5
HALF_AN_HOUR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Three processes, their database, and 200 buyers."""

    dsn: str
    servers: list[Server]
    storage: Storage
    books: Books
    buyers: list[Person]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cluster(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    own = await connect(database, PoolLimits(max_size=2))
    storage = postgres_storage(own)
    folder = tmp_path_factory.mktemp("servers")
    async with servers(3, database, folder, pool_max_size=6) as started:
        yield Cluster(database, started, storage, Books(database), list(await people(storage, BUYERS)))
    await own.close()


@pytest_asyncio.fixture(loop_scope="module", autouse=True)
async def check_consistency(cluster: Cluster) -> AsyncIterator[None]:
    """Check after every test that the database is consistent and no process has logged an error."""
    yield
    assert await cluster.books.discrepancies() == []
    assert [line for server in cluster.servers for line in server.failures()] == []


async def overlapping(cluster: Cluster, number: int, **changes: Any) -> list[Session]:
    """Store sessions of one creator, each an hour long."""
    creator = (await person(cluster.storage, role="creator")).user
    return [await stored_session(cluster.storage, creator_id=creator.id, **changes) for _ in range(number)]


async def change(server: Server, owner: Person, session: Session, **changes: Any) -> httpx.Response:
    return await server.client.patch(f"/api/sessions/{session.id}/", headers=owner.headers, json=changes)


async def test_rush_of_200_buyers_for_7_seats_sells_7_and_answers_193_sold_out(cluster: Cluster) -> None:
    session = await stored_session(cluster.storage, max_participants=7)

    responses = await rush(cluster.servers, cluster.buyers, [session])

    assert answers(responses) == {"201": 7, "409 sold_out": 193}
    assert await cluster.books.seats_taken(session) == [7]


async def test_rush_for_three_seats_each_of_ten_sells_to_three_buyers(cluster: Cluster) -> None:
    session = await stored_session(cluster.storage, max_participants=10)

    responses = await rush(cluster.servers, cluster.buyers[:60], [session], seats=3)

    assert answers(responses) == {"201": 3, "409 sold_out": 57}
    assert await cluster.books.seats_taken(session) == [9]


async def test_buyer_who_books_twenty_times_concurrently_has_one_booking(cluster: Cluster) -> None:
    session = await stored_session(cluster.storage, max_participants=20)

    responses = await rush(cluster.servers, cluster.buyers[:1] * 20, [session])

    assert answers(responses) == {"201": 1, "409 already_booked": 19}


async def test_overlapping_sessions_of_one_creator_sell_seats_in_one_only(cluster: Cluster) -> None:
    for _ in range(ROUNDS):
        pair = await overlapping(cluster, 2, max_participants=5)

        early, late = await asyncio.gather(
            rush(cluster.servers, cluster.buyers[:30], pair[:1], starts_at=TOMORROW),
            rush(cluster.servers, cluster.buyers[30:60], pair[1:], starts_at=TOMORROW + HALF_AN_HOUR),
        )

        assert answers(early + late) == {"201": 5, "409 sold_out": 25, "409 creator_unavailable": 30}
        assert [seats for session in pair for seats in await cluster.books.seats_taken(session)] == [5]


async def test_a_deadlock_would_be_counted(cluster: Cluster) -> None:
    before = await cluster.books.deadlocks()

    await cluster.books.deadlock()

    assert await cluster.books.deadlocks() == before + 1


async def test_rush_of_200_buyers_over_six_overlapping_sessions_has_no_deadlock_or_busy(cluster: Cluster) -> None:
    before = await cluster.books.deadlocks()
    for _ in range(ROUNDS):
        six = await overlapping(cluster, 6, max_participants=50)

        responses = await rush(cluster.servers, cluster.buyers, six)

        assert statuses(responses) == {201, 409}
        taken = [seats for session in six for seats in await cluster.books.seats_taken(session)]
        assert taken == [len(booked(responses))]

    assert await cluster.books.deadlocks() == before


async def test_seats_released_and_taken_concurrently_are_counted_correctly(cluster: Cluster) -> None:
    session = await stored_session(cluster.storage, max_participants=5)
    first = await rush(cluster.servers, cluster.buyers[:5], [session])

    async def cancel(buyer: Person, response: httpx.Response) -> httpx.Response:
        path = f"/api/bookings/{response.json()['id']}/cancel/"
        return await cluster.servers[0].client.post(path, headers=buyer.headers)

    cancelled, second = await asyncio.gather(
        asyncio.gather(*(cancel(*pair) for pair in zip(cluster.buyers, first, strict=False))),
        rush(cluster.servers, cluster.buyers[5:65], [session]),
    )

    assert statuses(first) == {201}
    assert statuses(cancelled) == {200}
    assert statuses(second) <= {201, 409}
    assert await cluster.books.seats_taken(session) == [len(booked(second))]


@pytest.mark.parametrize("seats", [3, 30])
async def test_a_changed_capacity_is_never_oversold(cluster: Cluster, seats: int) -> None:
    for _ in range(ROUNDS):
        owner = await person(cluster.storage, role="creator")
        session = await stored_session(cluster.storage, creator_id=owner.user.id, max_participants=10)

        responses, edit = await asyncio.gather(
            rush(cluster.servers, cluster.buyers[:60], [session]),
            change(cluster.servers[0], owner, session, max_participants=seats),
        )

        assert statuses(responses) <= {201, 409}
        assert answers([edit]).keys() <= {"200", "409 has_upcoming_bookings"}
        taken = await cluster.books.seats_taken(session)
        assert taken == [len(booked(responses))]
        assert taken[0] <= (seats if edit.status_code == httpx.codes.OK else 10)


async def test_session_deactivated_during_rush_is_booked_before_or_not_found(cluster: Cluster) -> None:
    for _ in range(ROUNDS):
        owner = await person(cluster.storage, role="creator")
        session = await stored_session(cluster.storage, creator_id=owner.user.id, max_participants=100)

        responses, edit = await asyncio.gather(
            rush(cluster.servers, cluster.buyers[:60], [session]),
            change(cluster.servers[0], owner, session, status="inactive"),
        )
        later = await rush(cluster.servers, cluster.buyers[60:72], [session])

        assert edit.status_code == 200
        assert statuses(responses) <= {201, 404}
        assert statuses(later) == {404}
        assert sum(await cluster.books.seats_taken(session)) == len(booked(responses))


async def test_session_archived_during_rush_has_either_bookings_or_is_archived(cluster: Cluster) -> None:
    outcomes: Counter[str] = Counter()
    for _ in range(2 * ROUNDS):
        owner = await person(cluster.storage, role="creator")
        session = await stored_session(cluster.storage, creator_id=owner.user.id, max_participants=100)
        path = f"/api/sessions/{session.id}/"

        responses, end = await asyncio.gather(
            rush(cluster.servers, cluster.buyers[:6], [session]),
            cluster.servers[1].client.delete(path, headers=owner.headers),
        )

        outcomes.update(answers([end]))
        assert statuses(responses) == ({404} if end.status_code == httpx.codes.NO_CONTENT else {201})
        assert sum(await cluster.books.seats_taken(session)) == len(booked(responses))
    assert outcomes.keys() <= {"204", "409 has_upcoming_bookings"}


async def test_creator_deactivated_during_rush_sells_no_further_seat(cluster: Cluster) -> None:
    owner = await person(cluster.storage, role="creator")
    session = await stored_session(cluster.storage, creator_id=owner.user.id, max_participants=10_000)
    stopping = asyncio.create_task(run_command(cluster.dsn, "deactivate", owner.user.email))

    seen: list[httpx.Response] = []
    place = 0
    while not stopping.done():
        start = TOMORROW + place * timedelta(hours=2)
        seen += await rush(cluster.servers, cluster.buyers[:20], [session], starts_at=start)
        place += 1
    await stopping
    later = await rush(cluster.servers, cluster.buyers, [session])

    assert statuses(seen) <= {201, 404, 409}
    assert 201 in statuses(seen)
    assert statuses(later) <= {404, 409}


async def test_concurrent_registrations_with_one_email_have_one_winner(cluster: Cluster) -> None:
    for _ in range(ROUNDS):
        user = a_user()
        changes = {"password": f"{PASSWORD} battery staple"}

        responses = await asyncio.gather(
            *(
                server.client.post("/api/auth/register/", json=changes | {"email": email, "username": name})
                for server, email, name in (
                    (cluster.servers[0], user.email, user.username),
                    (cluster.servers[1], user.email.upper(), f"{user.username}.2"),
                )
            )
        )

        assert answers(responses) == {"201": 1, "409 email_taken": 1}


async def test_token_of_deactivated_user_is_refused_by_every_process_within_a_second(cluster: Cluster) -> None:
    someone = await person(cluster.storage)

    async def ask() -> list[int]:
        requested = (server.client.get("/api/auth/profile/", headers=someone.headers) for server in cluster.servers)
        return [response.status_code for response in await asyncio.gather(*requested)]

    known = await ask()
    await services_over(cluster.storage).users.set_active(someone.user.id, is_active=False)
    end, sent = time.monotonic() + 1, time.monotonic()
    while (seen := await ask()) != [401, 401, 401] and sent < end:
        assert set(seen) <= {200, 401}
        sent = time.monotonic()

    assert known == [200, 200, 200]
    assert seen == [401, 401, 401]
    assert await ask() == [401, 401, 401]


async def test_a_sign_out_ends_the_access_token_on_every_process_within_a_second(cluster: Cluster) -> None:
    someone = await person(cluster.storage)
    responses = [await book(server, someone, await stored_session(cluster.storage)) for server in cluster.servers]
    now = services_over(cluster.storage).clock.now()
    async with cluster.storage.unit_of_work() as tx:
        await tx.tokens.revoke_all(someone.user.id, now)
    revoked_at = time.monotonic()

    for server in cluster.servers:
        sent = time.monotonic()
        while (await server.client.get("/api/bookings/", headers=someone.headers)).status_code != 401:
            assert sent < revoked_at + 1
            sent = time.monotonic()

    assert statuses(responses) == {201}
