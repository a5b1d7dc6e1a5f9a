from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from builders import PASSWORD, TOMORROW
from http_api import SETTINGS, Api, Person, as_json, bad_fields, open_api, problem

pytestmark = pytest.mark.thorough

PROFILE = "/api/auth/profile/"


async def delete(person: Person, body: Any) -> Any:
    return await person.send("DELETE", PROFILE, json=body)


async def test_deletion_ends_the_login_and_the_public_page(api: Api) -> None:
    person = await api.creator()
    session = await api.session(person)

    response = await delete(person, {"password": PASSWORD})

    assert (response.status_code, response.content) == (204, b"")
    problem(await person.get(PROFILE), 401, "not_signed_in")
    problem(await api.visitor.get(f"/api/creators/{person.user.username}/"), 404, "not_found")
    problem(await api.visitor.get(f"/api/sessions/{session.id}/"), 404, "not_found")
    body = {"email": person.user.email, "password": PASSWORD}
    problem(await api.visitor.post("/api/auth/login/", body), 401, "bad_credentials")


async def test_bad_deletion_names_the_field_and_deletes_nothing(api: Api) -> None:
    person = await api.person()

    for body in (
        {"password": "wrong"},
        {},
        {"password": ""},
        {"password": None},
        {"password": 7},
        {"password": [PASSWORD]},
    ):
        assert bad_fields(await delete(person, body)) == {"password"}, body
    for content in ("", "null", "[]", "{"):
        response = await person.send("DELETE", PROFILE, content=content, headers={"Content-Type": "application/json"})
        assert response.status_code == 400, (content, response.text)
    problem(await api.visitor.send("DELETE", PROFILE, json={"password": PASSWORD}), 401, "not_signed_in")

    assert (await person.get(PROFILE)).json()["email"] == person.user.email


async def test_upcoming_bookings_are_named_to_both_sides(api: Api) -> None:
    learner, creator = await api.person(), await api.creator()
    booking = await api.booking(learner, await api.session(creator))

    for person, sentence in ((learner, "You still have"), (creator, "Your sessions still have")):
        refused = problem(await delete(person, {"password": PASSWORD}), 409, "has_upcoming_bookings")
        assert refused["detail"].startswith(sentence)
        assert refused["starts"] == [as_json(TOMORROW)]

    await learner.post(f"/api/bookings/{booking['id']}/cancel/", {})
    for person in (learner, creator):
        assert (await delete(person, {"password": PASSWORD})).status_code == 204


async def test_staff_see_that_and_when_the_person_deleted_the_account(api: Api) -> None:
    staff, person = await api.person(is_staff=True), await api.person(first_name="Wilhelmina")
    assert (await staff.get(f"/api/admin/users/{person.id}/")).json()["deleted_at"] is None

    await delete(person, {"password": PASSWORD})

    found = (await staff.get(f"/api/admin/users/{person.id}/")).json()
    assert (found["first_name"], found["last_name"], found["logins"]) == ("Deleted", "user", [])
    assert found["deleted_at"] is not None
    assert "Wilhelmina" not in str(found)
    assert found["log"][0]["action"] == "account_deleted"
    assert (await staff.get("/api/admin/users/?search=wilhelmina")).json() == []
    refused = await staff.post(f"/api/admin/users/{person.id}/activate/", {"reason": "They asked by mail."})
    problem(refused, 409, "account_inactive")


async def test_staff_who_view_the_site_as_a_user_cannot_delete_the_account(api: Api) -> None:
    person = await api.person()
    viewing = await api.seen_as(await api.person(is_staff=True), person)

    problem(await delete(viewing, {"password": PASSWORD}), 403, "impersonated_read_only")


@pytest.fixture
async def limited() -> AsyncIterator[Api]:
    async with open_api(replace(SETTINGS, rate_limit=True)) as opened:
        yield opened


async def test_guesses_are_limited_together_with_those_of_other_forms(limited: Api) -> None:
    person = await limited.person()
    change = {"current_password": "wrong", "new_password": "a staple of batteries"}

    for _ in range(5):
        assert bad_fields(await delete(person, {"password": "wrong"})) == {"password"}
        assert bad_fields(await person.post("/api/auth/password/", change)) == {"current_password"}

    problem(await delete(person, {"password": PASSWORD}), 429, "rate_limited")
