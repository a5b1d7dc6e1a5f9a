"""Who may enter the back office: every route of it that the application has, whatever else is known of it."""

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

OUTSIDE = {
    "visitor": (401, "not_signed_in"),
    "deactivated": (401, "not_signed_in"),
    "learner": (403, "not_staff"),
    "creator": (403, "not_staff"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office() -> AsyncIterator[Api]:
    async with open_api() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def people(office: Api) -> dict[str, Person]:
    staff = await office.person(is_staff=True)
    found = {
        "visitor": office.visitor,
        "deactivated": await office.person(),
        "learner": await office.person(),
        "creator": await office.creator(),
        "staff": staff,
        "superuser": await office.person(is_staff=True, is_superuser=True),
        "impersonated": await office.seen_as(staff, await office.person()),
    }
    await office.deactivate(found["deactivated"])
    office.clock.advance(PRINCIPAL_TTL)
    return found


def staff_routes(api: Api) -> dict[str, Route]:
    """Every route below `/api/admin`, as the application itself tells them."""
    found = {name: route for name, route in routes_of(api.app).items() if " /api/admin" in name}
    args = {name: route for name, route in found.items() if route is not None}
    assert args.keys() == found.keys(), "each says who may call it"
    assert len(args) > 20
    return args


async def requested(api: Api, person: Person, route: str, **options: Any) -> Response:
    method, _, path = route.partition(" ")
    return await person.send(method, path.format_map(some_parts(api.app)), **options)


async def test_every_back_office_route_requires_staff_or_superuser(office: Api) -> None:
    others = {
        name for name, route in staff_routes(office).items() if route.access not in {Access.STAFF, Access.SUPERUSER}
    }

    assert others == set()


@pytest.mark.parametrize("who", OUTSIDE)
async def test_non_staff_learn_nothing_about_back_office_routes(
    office: Api, people: dict[str, Person], who: str
) -> None:
    for route in staff_routes(office):
        for body in ({}, {"json": {"reason": ""}}, {"content": b"no json"}):
            problem(await requested(office, people[who], route, **body), *OUTSIDE[who])


async def test_impersonator_has_no_staff_access(office: Api, people: dict[str, Person]) -> None:
    for route in staff_routes(office):
        code = "not_staff" if route.startswith("GET ") else "impersonated_read_only"
        problem(await requested(office, people["impersonated"], route), 403, code)


async def test_staff_has_access_except_to_superuser_routes(office: Api, people: dict[str, Person]) -> None:
    for name, route in staff_routes(office).items():
        answer = await requested(office, people["staff"], name)
        if route.access is Access.SUPERUSER:
            problem(answer, 403, "not_superuser")
        else:
            assert answer.status_code in {200, 202, 204, 400, 404}, name


async def test_superusers_have_access_everywhere(office: Api, people: dict[str, Person]) -> None:
    for route in staff_routes(office):
        answer = await requested(office, people["superuser"], route)
        assert answer.status_code in {200, 202, 204, 400, 404}, route


async def test_refused_access_of_signed_in_user_is_audited(office: Api) -> None:
    learner, staff = await office.person(), await office.person(is_staff=True)
    path = f"/api/admin/users/{learner.id}"

    problem(await learner.get(path), 403, "not_staff")
    problem(await staff.post(f"{path}/rights/", {}), 403, "not_superuser")

    *_, entry = await logged(office.storage, ("user", learner.id))
    assert (entry.action, entry.actor_id, entry.address) == ("access_refused", learner.id, "127.0.0.1")
    assert entry.agent
    assert entry.after == {"asked": f"GET {path}", "code": "not_staff"}
    *_, entry = await logged(office.storage, ("user", staff.id))
    assert entry.after == {"asked": f"POST {path}/rights", "code": "not_superuser"}


async def test_staff_action_refused_by_a_rule_is_audited_on_target_account(office: Api) -> None:
    superuser = await office.person(is_staff=True, is_superuser=True)
    staff, colleague = await office.person(is_staff=True), await office.person(is_staff=True)
    body = {"reason": "A quarrel."}

    problem(await staff.post(f"/api/admin/users/{colleague.id}/deactivate/", body), 403, "not_superuser")
    problem(await superuser.post(f"/api/admin/users/{superuser.id}/deactivate/", body), 403, "oneself")

    for actor, target, code in ((staff, colleague, "not_superuser"), (superuser, superuser, "oneself")):
        *_, entry = await logged(office.storage, ("user", target.id))
        assert (entry.action, entry.actor_id) == ("access_refused", actor.id)
        assert entry.after == {"asked": "deactivated", "code": code}
