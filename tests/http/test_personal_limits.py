"""What one person may have and ask for is bounded by settings."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from httpx import ASGITransport, AsyncClient

from builders import TOMORROW
from http_api import SETTINGS, Api, Person, a_booking_body, a_session_body, open_api, problem
from marketplace.core.domain.personal_limits import PersonalLimits

LIMITS = PersonalLimits(
    max_live_bookings=2, max_sessions=2, reports_per_day=2, searches_per_minute=2, exports_per_hour=2
)


@pytest_asyncio.fixture(loop_scope="module")
async def limited() -> AsyncIterator[Api]:
    async with open_api(replace(SETTINGS, rate_limit=True, limits=LIMITS)) as opened:
        opened.both.compares = False  # that would count twice
        yield opened


async def test_booking_beyond_the_bound_is_409(limited: Api) -> None:
    person, session = await limited.person(), await limited.session()
    for hour in range(2):
        await limited.booking(person, session, booking_date=(TOMORROW + timedelta(hours=hour)).isoformat())

    late = a_booking_body(session, booking_date=(TOMORROW + timedelta(hours=2)).isoformat())
    refusal = problem(await person.post("/api/bookings/", late), 409, "too_many_bookings")

    assert refusal["detail"] == (
        "You've reached the maximum number of upcoming bookings. Cancel one, or wait until one is over."
    )


async def test_session_beyond_the_bound_is_409(limited: Api) -> None:
    creator = await limited.creator()
    for _ in range(2):
        assert (await creator.post("/api/sessions/", a_session_body())).status_code == 201

    problem(await creator.post("/api/sessions/", a_session_body()), 409, "too_many_sessions")


async def test_reports_of_one_person_are_limited_per_day(limited: Api) -> None:
    person, other = await limited.person(), await limited.person()
    body = {"reason": "misleading", "text": "Not what it says."}
    addresses = [f"/api/sessions/{(await limited.session()).id}/report/" for _ in range(3)]
    first, second, third = [await person.post(each, body) for each in addresses]

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.headers["ratelimit"] == '"reports";r=1;t=86400'
    problem(third, 429, "rate_limited")
    assert (await other.post(addresses[2], body)).status_code == 201
    limited.clock.advance(timedelta(days=1))
    person = await limited.login(person.user)
    assert (await person.post(addresses[2], body)).status_code == 201


async def test_searches_of_one_person_are_limited_per_minute(limited: Api) -> None:
    person, other = await limited.person(), await limited.person()
    answers = [await person.get(f"/api/sessions/?search=yoga{each}") for each in "ab"]

    assert [each.status_code for each in answers] == [200, 200]
    assert answers[1].headers["ratelimit"] == '"searches";r=0;t=60'
    assert "private" in answers[1].headers["cache-control"]
    problem(await person.get("/api/sessions/?search=yogac"), 429, "rate_limited")
    assert (await other.get("/api/sessions/?search=yogac")).status_code == 200
    assert (await person.get("/api/sessions/?category=music")).status_code == 200


async def test_searches_of_staff_who_view_the_site_as_a_user_count_as_their_own(limited: Api) -> None:
    staff, person = await limited.person(is_staff=True), await limited.person()
    seen = await limited.seen_as(staff, person)
    answers = [await seen.get(f"/api/sessions/?search=judo{each}") for each in "abc"]

    assert [each.status_code for each in answers] == [200, 200, 429]
    assert (await person.get("/api/sessions/?search=judod")).status_code == 200
    problem(await staff.get("/api/sessions/?search=judod"), 429, "rate_limited")


async def test_searches_of_visitors_are_limited_by_network_and_tell_caches_nothing(limited: Api) -> None:
    answers = [await limited.visitor.get(f"/api/sessions/?search=chess{each}") for each in range(20)]

    assert {each.status_code for each in answers} == {200}
    assert not any("ratelimit" in each.headers or "ratelimit-policy" in each.headers for each in answers)
    refusal = await limited.visitor.get("/api/sessions/?search=chess20")
    problem(refusal, 429, "rate_limited")
    assert refusal.headers["ratelimit"].startswith('"searches_of_network";r=0;t=')
    assert refusal.headers["cache-control"] == "no-store"


async def test_counts_are_limited_like_searches(limited: Api) -> None:
    person, other, path = await limited.person(), await limited.person(), "/api/sessions/facets/?search="
    answers = [await person.get(f"{path}violin{each}") for each in range(2)]

    assert {each.status_code for each in answers} == {200}
    assert answers[0].headers["ratelimit"] == '"facets";r=1;t=60'
    problem(await person.get(f"{path}more"), 429, "rate_limited")
    assert (await other.get(f"{path}more")).status_code == 200
    assert (await person.get("/api/sessions/facets/?category=music")).status_code == 200
    assert (await person.get("/api/sessions/?search=another")).status_code == 200
    for each in range(20):
        assert (await limited.visitor.get(f"{path}cello{each}")).status_code == 200
    refusal = await limited.visitor.get(f"{path}cello")
    problem(refusal, 429, "rate_limited")
    assert refusal.headers["ratelimit"].startswith('"facets_of_network";r=0;t=')


async def test_both_ways_to_a_search_count_and_tell_the_same(limited: Api) -> None:
    person, told = await limited.person(), []
    for app in (limited.app, limited.both.framework):
        transport: Any = ASGITransport(app)  # type: ignore[arg-type]
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            headers = {"Authorization": f"Bearer {person.access}"}
            answer = await client.get("/api/sessions/?search=pottery", headers=headers)
            told.append((answer.headers["ratelimit-policy"], answer.headers["ratelimit"]))

    assert told == [('"searches";q=2;w=60', f'"searches";r={left};t=60') for left in (1, 0)]


@pytest.mark.parametrize("name", ["users", "sessions", "bookings", "audit"])
async def test_export_of_more_rows_than_one_file_may_have_is_409(name: str) -> None:
    limits = replace(LIMITS, max_export_rows=2, exports_per_hour=10)
    async with open_api(replace(SETTINGS, limits=limits)) as small:
        staff = await small.creator(is_staff=True)
        address = f"/api/admin/{name}/export/"
        for _ in range(3):
            session = await small.session(await small.creator())
            await small.booking(await small.person(), session)
            await staff.get("/api/admin/bookings/export/?search=nothing")

        refusal = problem(await staff.get(address), 409, "export_too_large")
        assert refusal["detail"].startswith("Too many rows match for one file.")
        assert (await staff.get(f"{address}?search=nothing")).status_code == 200


@pytest.mark.parametrize("name", ["users", "bookings"])
async def test_exports_of_one_person_are_limited_per_hour(limited: Api, name: str) -> None:
    staff: Person = await limited.person(is_staff=True)
    address = f"/api/admin/{name}/export/?format=csv"
    answers: list[Any] = [await staff.get(address) for _ in range(3)]

    assert [each.status_code for each in answers] == [200, 200, 429]
    limited.clock.advance(timedelta(hours=1))
    assert (await staff.get(address)).status_code == 200
