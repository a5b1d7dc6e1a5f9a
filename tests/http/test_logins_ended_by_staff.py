"""Staff end other people's logins without deactivating their accounts."""

from collections.abc import Sequence

import pytest

from http_api import Api, Person, problem
from http_routes import WHY
from marketplace.core.domain.messages import MessageKind
from staff_services import logged
from two_steps import A_NEW_PASSWORD, a_person_with_codes, code_of, signed_in_with

PROFILE = "/api/auth/profile/"
REASON = {"reason": WHY}


def address(person: Person, path: str) -> str:
    return f"/api/admin/users/{person.id}/logins/{path}end/"


async def login_ids(staff: Person, person: Person) -> list[str]:
    """Return the logins as staff see them, newest first."""
    details = (await staff.get(f"/api/admin/users/{person.id}/")).json()
    return [each["id"] for each in details["logins"]]


async def mails_to(api: Api, person: Person) -> Sequence[str]:
    found = (await api.storage.messages.of_user(person.id, 9, None)).items
    return [each.subject.partition(":")[0] for each in found if each.kind is MessageKind.SECURITY_CHANGED]


async def test_staff_sign_a_user_out_on_one_device(api: Api) -> None:
    staff, person = await api.person(is_staff=True), await api.person(email_verified_at=api.clock.now())
    other = await api.login(person.user)
    _, first = await login_ids(staff, person)

    assert (await staff.post(address(person, f"{first}/"), REASON)).status_code == 204

    problem(await person.get(PROFILE), 401, "not_signed_in")
    problem(await api.visitor.post("/api/auth/refresh/", {"refresh": person.refresh}), 401, "bad_refresh_token")
    assert (await other.get(PROFILE)).status_code == 200
    assert first not in await login_ids(staff, person)
    [entry] = [each for each in await logged(api.storage, ("user", person.id)) if each.action == "login_ended"]
    assert (entry.actor_id, entry.after, entry.reason) == (staff.id, {"login": first}, WHY)
    assert await mails_to(api, person) == ["signed_out_by_staff"]


async def test_staff_sign_a_user_out_everywhere_and_the_account_stays_active(api: Api) -> None:
    staff, person = await api.person(is_staff=True), await api.person(email_verified_at=api.clock.now())
    other = await api.login(person.user)

    assert (await staff.post(address(person, ""), REASON)).status_code == 204

    for device in (person, other):
        problem(await device.get(PROFILE), 401, "not_signed_in")
    assert await login_ids(staff, person) == []
    [entry] = [each for each in await logged(api.storage, ("user", person.id)) if each.action == "logins_ended"]
    assert (entry.actor_id, entry.reason) == (staff.id, WHY)
    assert await mails_to(api, person) == ["signed_out_by_staff"]
    again = await api.login(person.user)
    assert (await again.get(PROFILE)).json()["id"] == str(person.id)


async def test_staff_end_the_impersonation_of_a_user_without_a_mail(api: Api) -> None:
    staff, other, person = await api.person(is_staff=True), await api.person(is_staff=True), await api.person()
    seen = await api.seen_as(other, person)
    impersonation, own = await login_ids(staff, person)

    assert (await staff.post(address(person, f"{impersonation}/"), REASON)).status_code == 204

    problem(await seen.get(PROFILE), 401, "not_signed_in")
    assert await login_ids(staff, person) == [own]
    assert await mails_to(api, person) == []


@pytest.mark.parametrize("is_one", [True, False])
async def test_logins_of_staff_are_ended_by_superusers_only(api: Api, *, is_one: bool) -> None:
    staff, other = await api.person(is_staff=True), await api.person(is_staff=True)
    superuser = await api.person(is_staff=True, is_superuser=True)
    path = address(other, f"{(await login_ids(staff, other))[0]}/" if is_one else "")

    problem(await staff.post(path, REASON), 403, "not_superuser")
    assert (await other.get(PROFILE)).status_code == 200
    assert (await superuser.post(path, REASON)).status_code == 204
    problem(await other.get(PROFILE), 401, "not_signed_in")


@pytest.mark.parametrize("path", ["logins/end/", "remove-second-factor/"])
async def test_links_for_passwords_end_with_the_logins_of_the_staff_who_issued_them(api: Api, path: str) -> None:
    superuser, person = await api.person(is_staff=True, is_superuser=True), await api.person()
    user, secret = await a_person_with_codes(api, is_staff=True)
    staff = await signed_in_with(api, user, code_of(api, secret))
    issued = (await staff.post(f"/api/admin/users/{person.id}/password-reset/", REASON)).json()
    new_password = {"token": issued["token"], "new_password": A_NEW_PASSWORD}

    assert (await superuser.post(f"/api/admin/users/{user.id}/{path}", REASON)).status_code == 204

    problem(await api.visitor.post("/api/auth/password-reset/", new_password), 401, "bad_reset_token")


async def test_login_of_another_account_or_one_that_has_ended_is_not_found(api: Api) -> None:
    staff, person, other = await api.person(is_staff=True), await api.person(), await api.person()
    [login] = await login_ids(staff, person)

    problem(await staff.post(address(other, f"{login}/"), REASON), 404, "not_found")
    assert (await staff.post(address(person, f"{login}/"), REASON)).status_code == 204
    problem(await staff.post(address(person, f"{login}/"), REASON), 404, "not_found")


async def test_ending_logins_needs_a_reason_and_another_account(api: Api) -> None:
    staff, person = await api.person(is_staff=True), await api.person()

    problem(await staff.post(address(person, ""), {"reason": " "}), 400, "invalid")
    problem(await staff.post(address(staff, ""), REASON), 403, "oneself")
