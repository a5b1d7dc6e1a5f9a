"""The requests that people send most take few round trips to the database; BEGIN and COMMIT are one each."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import pytest_asyncio
from httpx import Response

from builders import stored_booking
from http_api import SETTINGS, Api, a_booking_body, open_api
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.sessions import Session
from marketplace.core.services.tokens import PRINCIPAL_TTL
from marketplace.telemetry.request_log import RequestRecord
from review_records import stored_review

Send = Callable[[], Awaitable[Response]]

WEEK = {"weekly": [{"weekday": day, "starts": "09:00", "ends": "12:00"} for day in range(1, 8)]}


class Marketplace:
    """A marketplace over PostgreSQL, and the records of its requests."""

    def __init__(self, api: Api, records: list[RequestRecord]) -> None:
        self.api = api
        self._records = records

    async def round_trips(self, send: Send) -> int:
        """Return the round trips of a request, which succeeds."""
        self._records.clear()
        response = await send()
        assert response.is_success, response.text
        [record] = self._records
        return record.timing.statements

    async def sessions(self, *schedules: dict[str, Any] | None) -> list[Session]:
        """Create sessions of one creator with these schedules."""
        creator = await self.api.creator()
        created = [await self.api.session(creator) for _ in schedules]
        for session, schedule in zip(created, schedules, strict=True):
            if schedule is not None:
                assert (await creator.put(f"/api/sessions/{session.id}/schedule/", schedule)).is_success
        return created


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def marketplace(database: str) -> AsyncIterator[Marketplace]:
    records: list[RequestRecord] = []
    opened = await connect(database, PoolLimits(min_size=1, max_size=2))
    settings = replace(SETTINGS, keep_answers=False)
    async with open_api(settings, postgres_storage(opened), observers=[records.append]) as api:
        yield Marketplace(api, records)
    await opened.close()


async def detail(marketplace: Marketplace) -> Send:
    [session] = await marketplace.sessions(None)
    return partial(marketplace.api.visitor.get, f"/api/sessions/{session.id}/")


async def detail_with_schedule(marketplace: Marketplace) -> Send:
    [session] = await marketplace.sessions(WEEK)
    return partial(marketplace.api.visitor.get, f"/api/sessions/{session.id}/")


async def page(marketplace: Marketplace) -> Send:
    sessions = await marketplace.sessions(None, None)
    return partial(marketplace.api.visitor.get, "/api/sessions/", creator=str(sessions[0].creator_id))


async def page_with_schedules(marketplace: Marketplace) -> Send:
    sessions = await marketplace.sessions(None, WEEK, WEEK)
    return partial(marketplace.api.visitor.get, "/api/sessions/", creator=str(sessions[0].creator_id))


async def detail_with_rating(marketplace: Marketplace) -> Send:
    [session] = await marketplace.sessions(None)
    await stored_review(marketplace.api.storage, session)
    return partial(marketplace.api.visitor.get, f"/api/sessions/{session.id}/")


async def page_with_ratings(marketplace: Marketplace) -> Send:
    sessions = await marketplace.sessions(None, None)
    for session in sessions:
        await stored_review(marketplace.api.storage, session)
    creator = str(sessions[0].creator_id)
    return partial(marketplace.api.visitor.get, "/api/sessions/", creator=creator, ordering="rating")


async def profile(marketplace: Marketplace) -> Send:
    return partial((await marketplace.api.person()).get, "/api/auth/profile/")


async def profile_by_key(marketplace: Marketplace) -> Send:
    """The first request also records that the key is used, which holds for a minute."""
    return partial((await marketplace.api.by_key(await marketplace.api.person())).get, "/api/auth/profile/")


async def my_bookings(marketplace: Marketplace) -> Send:
    learner = await marketplace.api.person()
    [session] = await marketplace.sessions(None)
    await stored_booking(marketplace.api.storage, session, learner.id)
    return partial(learner.get, "/api/bookings/")


@pytest.mark.parametrize(
    ("prepare", "first", "again"),
    [
        (detail, 1, 1),
        (detail_with_schedule, 1, 1),
        (page, 1, 1),
        (page_with_schedules, 2, 2),
        (detail_with_rating, 1, 1),
        (page_with_ratings, 1, 1),
        (profile, 2, 1),
        (profile_by_key, 3, 1),
        (my_bookings, 2, 1),
    ],
)
@pytest.mark.asyncio(loop_scope="module")
async def test_request_takes_few_round_trips(
    marketplace: Marketplace, prepare: Callable[[Marketplace], Awaitable[Send]], first: int, again: int
) -> None:
    """The first request of a signed-in user also checks the login, which holds for half a second."""
    send = await prepare(marketplace)
    assert await marketplace.round_trips(send) == first
    assert await marketplace.round_trips(send) <= again  # none if the response is kept


@pytest.mark.asyncio(loop_scope="module")
async def test_session_known_without_a_schedule_shows_one_at_once(marketplace: Marketplace) -> None:
    creator = await marketplace.api.creator()
    session = await marketplace.api.session(creator)
    path = f"/api/sessions/{session.id}/"
    before = [(await creator.get(path)).json() for _ in range(2)]
    await creator.put(f"{path}schedule/", WEEK)
    after = [(await creator.get(path)).json() for _ in range(2)]

    assert [each["next_slot"] is not None for each in (*before, *after)] == [False, False, True, True]


@pytest.mark.asyncio(loop_scope="module")
async def test_key_that_is_no_longer_remembered_costs_one_round_trip_as_a_login_does(marketplace: Marketplace) -> None:
    person = await marketplace.api.person()
    costs = []
    for caller in (person, await marketplace.api.by_key(person)):
        await caller.get("/api/auth/profile/")
        marketplace.api.clock.advance(PRINCIPAL_TTL)
        costs.append(await marketplace.round_trips(partial(caller.get, "/api/auth/profile/")))

    assert costs == [2, 2]


@pytest.mark.asyncio(loop_scope="module")
async def test_change_by_key_takes_one_round_trip_more_than_by_login(marketplace: Marketplace) -> None:
    marketplace.api.both.compares = False
    by_login = await marketplace.api.person()
    costs = []
    for caller in (by_login, await marketplace.api.by_key(await marketplace.api.person())):
        await caller.get("/api/auth/profile/")
        costs.append(await marketplace.round_trips(partial(caller.patch, "/api/auth/profile/", {"bio": "I bake."})))

    assert costs[1] == costs[0] + 1


@pytest.mark.asyncio(loop_scope="module")
async def test_booking_by_key_is_a_transaction_with_few_round_trips(marketplace: Marketplace) -> None:
    marketplace.api.both.compares = False
    costs = []
    for is_by_key in (False, True):
        [session] = await marketplace.sessions(None)
        person = await marketplace.api.person()
        caller = await marketplace.api.by_key(person) if is_by_key else person
        await caller.get("/api/auth/profile/")
        costs.append(await marketplace.round_trips(partial(caller.post, "/api/bookings/", a_booking_body(session))))

    assert costs == [2, 8]
