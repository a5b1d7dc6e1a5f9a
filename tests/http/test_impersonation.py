from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio

from builders import stored_second_factor
from fakes import NOW
from http_api import KEYS, SETTINGS, Api, Person, as_json, bad_fields, open_api, problem
from http_routes import routes_of, some_parts
from marketplace.adapters.memory.storage import memory_storage
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.core.services.tokens import PRINCIPAL_TTL
from marketplace.http.security.authorization import SAFE_METHODS, Access
from staff_services import logged

pytestmark = pytest.mark.thorough

WHY = "They cannot find their booking."
PROFILE = "/api/auth/profile/"


@pytest.fixture
async def staff(api: Api) -> Person:
    return await api.person(is_staff=True)


def address(person: Person) -> str:
    return f"/api/admin/users/{person.id}/impersonate/"


async def test_profile_shows_impersonation(api: Api, staff: Person) -> None:
    learner = await api.person()
    booking = await api.booking(learner, await api.session())

    response = await staff.post(address(learner), {"reason": WHY})

    assert response.status_code == 201, response.text
    started = response.json()
    assert set(started) == {"access", "expires_at", "user"}
    assert started["expires_at"] == as_json(api.clock.now() + timedelta(minutes=15))
    assert started["user"]["id"] == str(learner.id)
    assert response.headers["cache-control"] == "no-store"
    seen = Person(api.client, started["access"], account=learner.user)
    assert [each["id"] for each in (await seen.get("/api/bookings/")).json()] == [booking["id"]]
    profile = (await seen.get(PROFILE)).json()
    assert profile["id"] == str(learner.id)
    assert profile["impersonated_by"]["id"] == str(staff.id)
    assert "email" not in profile["impersonated_by"]
    for own in (learner, staff):
        assert (await own.get(PROFILE)).json()["impersonated_by"] is None


async def test_impersonation_ends_with_the_second_factor_that_its_staff_need() -> None:
    async with open_api(replace(SETTINGS, staff_second_factor="required")) as api:
        staff = await api.person(is_staff=True)
        await stored_second_factor(api.storage, staff.user, KEYS)
        seen = await api.seen_as(staff, await api.person())
        assert (await seen.get(PROFILE)).status_code == 200

        assert (await staff.delete("/api/auth/second-factor/")).status_code == 204
        api.clock.advance(PRINCIPAL_TTL)

        problem(await seen.get(PROFILE), 401, "not_signed_in")


async def test_change_during_impersonation_is_refused_and_audited_with_both_users(api: Api, staff: Person) -> None:
    learner = await api.person()
    seen = await api.seen_as(staff, learner)

    problem(await seen.patch(PROFILE, {"first_name": "Eve"}), 403, "impersonated_read_only")
    problem(await seen.post("/api/bookings/", {}), 403, "impersonated_read_only")

    assert (await learner.get(PROFILE)).json()["first_name"] == learner.user.first_name
    refused = [entry for entry in await logged(api.storage, ("user", learner.id)) if "refused" in entry.action]
    assert [(entry.action, entry.actor_id, entry.as_id, entry.after["asked"]) for entry in refused] == [
        ("impersonated_change_refused", staff.id, learner.id, requested)
        for requested in ("PATCH /api/auth/profile", "POST /api/bookings")
    ]
    assert all(entry.address == "127.0.0.1" and entry.agent for entry in refused)


async def test_every_changing_route_is_refused_during_impersonation(api: Api, staff: Person) -> None:
    seen = await api.seen_as(staff, await api.creator())
    tried, parts = 0, some_parts(api.app)
    for route, declared in routes_of(api.app).items():
        method, _, path = route.partition(" ")
        if method in SAFE_METHODS or declared is None or declared.access is Access.PUBLIC:
            continue
        tried += 1
        problem(await seen.send(method, path.format_map(parts)), 403, "impersonated_read_only")
    assert tried > 30


@dataclass(slots=True)
class Counted:
    """Number of started transactions."""

    number: int = 0


@dataclass(frozen=True, slots=True)
class Watched:
    """A marketplace whose transactions are counted."""

    api: Api
    started: Counted


@pytest_asyncio.fixture(loop_scope="module")
async def watched() -> AsyncIterator[Watched]:
    kept, counted = memory_storage(), Counted()

    @asynccontextmanager
    async def counting() -> AsyncIterator[Transaction]:
        counted.number += 1
        async with kept.unit_of_work() as tx:
            yield tx

    storage: Storage = replace(kept, unit_of_work=counting)
    async with open_api(replace(SETTINGS, rate_limit=False), storage) as opened:
        opened.clock.at = NOW
        yield Watched(opened, counted)


async def test_reading_routes_open_no_writing_transaction(watched: Watched) -> None:
    api = watched.api
    creator, staff = await api.creator(), await api.person(is_staff=True)
    session = await api.session(creator)
    booking = await api.booking(await api.person(), session)
    seen = await api.seen_as(staff, creator)
    ids = some_parts(api.app) | {"session_id": session.id, "booking_id": booking["id"]}
    answered = []
    for route, declared in routes_of(api.app).items():
        method, _, path = route.partition(" ")
        if method != "GET" or declared is None or declared.access in {Access.STAFF, Access.SUPERUSER}:
            continue
        if path == "/api/bookings/{booking_id}/messages":
            continue  # who reads a conversation is in the audit log
        before = watched.started.number
        answered += [(await seen.send(way, path.format_map(ids))).status_code for way in ("GET", "HEAD")]
        assert watched.started.number == before, route
    assert answered.count(200) > 20


async def test_feed_address_is_neither_created_nor_shown_during_impersonation(api: Api, staff: Person) -> None:
    learner = await api.person()
    seen = await api.seen_as(staff, learner)

    problem(await seen.get("/api/calendar/"), 403, "impersonated_read_only")
    assert await api.storage.feeds.find(learner.id) is None
    assert (await learner.get("/api/calendar/")).status_code == 200
    problem(await seen.get("/api/calendar/"), 403, "impersonated_read_only")
    problem(await seen.post("/api/calendar/renew/"), 403, "impersonated_read_only")


async def test_logout_with_impersonation_token_ends_only_the_impersonation(api: Api, staff: Person) -> None:
    learner = await api.person()
    seen = await api.seen_as(staff, learner)

    assert (await seen.post("/api/auth/logout/")).status_code == 204

    problem(await seen.get(PROFILE), 401, "not_signed_in")
    for own in (learner, staff):
        api.clock.advance(PRINCIPAL_TTL)
        assert (await own.get(PROFILE)).status_code == 200
    words = [entry.action for entry in await logged(api.storage, ("user", learner.id))]
    assert words == ["signed_in", "impersonation_started", "impersonation_ended"]


async def test_impersonation_ends_with_login_of_staff_within_a_second(api: Api, staff: Person) -> None:
    seen = await api.seen_as(staff, await api.person())
    assert (await seen.get(PROFILE)).status_code == 200

    await api.visitor.post("/api/auth/logout/", {"refresh": staff.refresh})

    api.clock.advance(PRINCIPAL_TTL)
    problem(await seen.get(PROFILE), 401, "not_signed_in")


async def test_impersonation_ends_with_staff_rights_within_a_second(api: Api, staff: Person) -> None:
    superuser = await api.person(is_staff=True, is_superuser=True)
    seen = await api.seen_as(staff, await api.person())
    assert (await seen.get(PROFILE)).status_code == 200

    rights = {"is_staff": False, "is_superuser": False, "reason": WHY}
    assert (await superuser.post(f"/api/admin/users/{staff.id}/rights/", rights)).status_code == 200

    api.clock.advance(PRINCIPAL_TTL)
    problem(await seen.get(PROFILE), 401, "not_signed_in")


async def test_impersonation_expires_after_15_minutes_and_cannot_be_refreshed(api: Api, staff: Person) -> None:
    learner = await api.person()
    seen = await api.seen_as(staff, learner)
    problem(await api.visitor.post("/api/auth/refresh/", {"refresh": seen.access}), 401, "bad_refresh_token")

    api.clock.advance(timedelta(minutes=15))

    problem(await seen.get(PROFILE), 401, "not_signed_in")
    assert (await staff.get(PROFILE)).status_code == 200


async def test_own_staff_or_inactive_account_cannot_be_impersonated(api: Api, staff: Person) -> None:
    superuser = await api.person(is_staff=True, is_superuser=True)
    inactive = await api.person()
    await api.deactivate(inactive)

    problem(await staff.post(address(staff), {"reason": WHY}), 403, "oneself")
    problem(await staff.post(address(superuser), {"reason": WHY}), 403, "staff_target")
    problem(await superuser.post(address(staff), {"reason": WHY}), 403, "staff_target")
    problem(await staff.post(address(inactive), {"reason": WHY}), 409, "account_inactive")
    problem(await staff.post(f"/api/admin/users/{uuid4()}/impersonate/", {"reason": WHY}), 404, "not_found")
    assert bad_fields(await staff.post(address(await api.person()), {"reason": " "})) == {"reason"}


async def test_impersonation_is_marked_in_list_of_logins(api: Api, staff: Person) -> None:
    learner = await api.person()
    await api.seen_as(staff, learner)

    logins = (await staff.get(f"/api/admin/users/{learner.id}/")).json()["logins"]

    assert sorted(login["is_impersonation"] for login in logins) == [False, True]
