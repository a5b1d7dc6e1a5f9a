"""Access to the back office: every route of it that the application has."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from httpx import Response

from http_api import Api, Person, open_api, problem
from http_routes import routes_of, some_parts
from marketplace.core.services.tokens import PRINCIPAL_TTL
from marketplace.http.security.authorization import Access, Route
from staff_services import logged

pytestmark = pytest.mark.thorough

OUTSIDE = {
    "visitor": (401, "not_signed_in"),
    "deactivated": (401, "not_signed_in"),
    "learner": (403, "not_staff"),
    "creator": (403, "not_staff"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def backoffice_api() -> AsyncIterator[Api]:
    async with open_api() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(backoffice_api: Api) -> dict[str, Person]:
    staff = await backoffice_api.person(is_staff=True)
    found = {
        "visitor": backoffice_api.visitor,
        "deactivated": await backoffice_api.person(),
        "learner": await backoffice_api.person(),
        "creator": await backoffice_api.creator(),
        "staff": staff,
        "superuser": await backoffice_api.person(is_staff=True, is_superuser=True),
        "impersonated": await backoffice_api.seen_as(staff, await backoffice_api.person()),
    }
    await backoffice_api.deactivate(found["deactivated"])
    backoffice_api.clock.advance(PRINCIPAL_TTL)
    return found


def staff_routes(api: Api) -> dict[str, Route]:
    """Return every route below `/api/admin` of the application."""
    found = {name: route for name, route in routes_of(api.app).items() if " /api/admin" in name}
    body = {name: route for name, route in found.items() if route is not None}
    assert body.keys() == found.keys(), "every route declares its access"
    assert len(body) > 20
    return body


async def requested(api: Api, person: Person, route: str, **options: Any) -> Response:
    method, _, path = route.partition(" ")
    return await person.send(method, path.format_map(some_parts(api.app)), **options)


async def test_every_back_office_route_requires_staff_or_superuser(backoffice_api: Api) -> None:
    others = {
        name
        for name, route in staff_routes(backoffice_api).items()
        if route.access not in {Access.STAFF, Access.SUPERUSER}
    }

    assert others == set()


@pytest.mark.parametrize("who", OUTSIDE)
async def test_non_staff_learn_nothing_about_back_office_routes(
    backoffice_api: Api, people: dict[str, Person], who: str
) -> None:
    for route in staff_routes(backoffice_api):
        for body in ({}, {"json": {"reason": ""}}, {"content": b"no json"}):
            problem(await requested(backoffice_api, people[who], route, **body), *OUTSIDE[who])


async def test_impersonator_has_no_staff_access(backoffice_api: Api, people: dict[str, Person]) -> None:
    for route in staff_routes(backoffice_api):
        code = "not_staff" if route.startswith("GET ") else "impersonated_read_only"
        problem(await requested(backoffice_api, people["impersonated"], route), 403, code)


async def test_staff_has_access_except_to_superuser_routes(backoffice_api: Api, people: dict[str, Person]) -> None:
    for name, route in staff_routes(backoffice_api).items():
        answer = await requested(backoffice_api, people["staff"], name)
        if route.access is Access.SUPERUSER:
            problem(answer, 403, "not_superuser")
        else:
            assert answer.status_code in {200, 202, 204, 400, 404}, name


async def test_superusers_have_access_everywhere(backoffice_api: Api, people: dict[str, Person]) -> None:
    for route in staff_routes(backoffice_api):
        answer = await requested(backoffice_api, people["superuser"], route)
        assert answer.status_code in {200, 202, 204, 400, 404}, route


async def test_refused_access_of_signed_in_user_is_audited(backoffice_api: Api) -> None:
    learner, staff = await backoffice_api.person(), await backoffice_api.person(is_staff=True)
    path = f"/api/admin/users/{learner.id}"

    problem(await learner.get(path), 403, "not_staff")
    problem(await staff.post(f"{path}/rights/", {}), 403, "not_superuser")

    *_, entry = await logged(backoffice_api.storage, ("user", learner.id))
    assert (entry.action, entry.actor_id, entry.address) == ("access_refused", learner.id, "127.0.0.1")
    assert entry.agent
    assert entry.after == {"asked": f"GET {path}", "code": "not_staff"}
    *_, entry = await logged(backoffice_api.storage, ("user", staff.id))
    assert entry.after == {"asked": f"POST {path}/rights", "code": "not_superuser"}


async def test_staff_action_refused_by_a_rule_is_audited_on_target_account(backoffice_api: Api) -> None:
    superuser = await backoffice_api.person(is_staff=True, is_superuser=True)
    staff, colleague = await backoffice_api.person(is_staff=True), await backoffice_api.person(is_staff=True)
    body = {"reason": "A quarrel."}

    problem(await staff.post(f"/api/admin/users/{colleague.id}/deactivate/", body), 403, "not_superuser")
    problem(await superuser.post(f"/api/admin/users/{superuser.id}/deactivate/", body), 403, "oneself")

    for actor, target, code in ((staff, colleague, "not_superuser"), (superuser, superuser, "oneself")):
        *_, entry = await logged(backoffice_api.storage, ("user", target.id))
        assert (entry.action, entry.actor_id) == ("access_refused", actor.id)
        assert entry.after == {"asked": "deactivated", "code": code}
