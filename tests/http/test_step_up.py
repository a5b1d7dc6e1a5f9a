from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from secrets import token_hex
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from builders import PASSWORD, stored_second_factor
from http_api import KEYS, SETTINGS, Api, Person, open_api, problem
from http_routes import routes_of
from marketplace.http.security.authorization import Proof
from two_steps import (
    LONG_AGO,
    PASSWORD_CHANGE,
    WRONG,
    a_person_with_codes,
    code_of,
    signed_in_with,
)

WHY = {"reason": "Asked for by e-mail."}
REQUIRED = "reauthentication_required"
BY_PASSWORD, BY_CODE = ["password"], ["totp", "recovery_code"]
Request = Callable[[Person, Person], Awaitable[Response]]
"""Of a person, about another one."""


def a_new_address() -> str:
    return f"{token_hex(8)}@example.org"


def an_email_change() -> dict[str, str]:
    return {"email": a_new_address(), "current_password": PASSWORD}


ALWAYS: dict[str, Request] = {
    "begin to set up two-step sign-in": lambda one, _: one.post("/api/auth/second-factor/"),
    "confirm two-step sign-in": lambda one, _: one.post("/api/auth/second-factor/confirm/", {"code": WRONG}),
    "make recovery codes": lambda one, _: one.post("/api/auth/second-factor/recovery-codes/"),
    "turn off two-step sign-in": lambda one, _: one.delete("/api/auth/second-factor/"),
    "create an API key": lambda one, _: one.post("/api/auth/api-keys/", {"name": "A program", "scopes": ["read"]}),
    "change rights": lambda one, two: one.post(f"/api/admin/users/{two.id}/rights/", {"is_staff": True, **WHY}),
    "issue a reset link": lambda one, two: one.post(f"/api/admin/users/{two.id}/password-reset/", WHY),
    "impersonate": lambda one, two: one.post(f"/api/admin/users/{two.id}/impersonate/", WHY),
    "turn off another's": lambda one, two: one.post(f"/api/admin/users/{two.id}/remove-second-factor/", WHY),
    "return money": lambda one, _: one.post(f"/api/admin/payments/{uuid4()}/refund/", {"amount": "1.00", **WHY}),
    "resolve a parked payment": lambda one, _: one.post(
        f"/api/admin/parked-payments/{uuid4()}/resolve/", {"resolution": "Settled.", **WHY}
    ),
    "set a commission": lambda one, two: one.send(
        "PUT", f"/api/admin/users/{two.id}/commission/", json={"percent": "10", **WHY}
    ),
    "change another's address": lambda one, two: one.patch(
        f"/api/admin/users/{two.id}/", {"email": a_new_address(), **WHY}
    ),
}
WITH_SECOND_FACTOR: dict[str, Request] = {
    "change the password": lambda one, _: one.post("/api/auth/password/", PASSWORD_CHANGE),
    "change the address": lambda one, _: one.post("/api/auth/email/", an_email_change()),
    "delete the account": lambda one, _: one.send("DELETE", "/api/auth/profile/", json={"password": PASSWORD}),
}
EVERY = ALWAYS | WITH_SECOND_FACTOR


ELSEWHERE = ("passkey", "oidc", "identit")
"""In paths whose own tests try them without a recent proof."""


def test_every_route_with_a_proof_is_tried_here(api: Api) -> None:
    declared = {name: route.proof for name, route in routes_of(api.app).items() if route and route.proof}
    own = [proof for name, proof in declared.items() if not any(word in name for word in ELSEWHERE)]

    assert len([each for each in own if each is not Proof.WITH_SECOND_FACTOR]) == len(ALWAYS)
    assert own.count(Proof.WITH_SECOND_FACTOR) == len(WITH_SECOND_FACTOR)


@pytest.mark.parametrize("request_of", ALWAYS.values(), ids=ALWAYS)
async def test_old_login_has_to_be_proved_again_with_the_password(api: Api, request_of: Request) -> None:
    boss, other = await api.person(is_staff=True, is_superuser=True), await api.person()
    api.clock.advance(LONG_AGO)
    refused = problem(await request_of(boss, other), 403, REQUIRED)
    assert refused["methods"] == BY_PASSWORD

    assert (await boss.post("/api/auth/reauthenticate/", {"password": PASSWORD})).status_code == 204

    assert REQUIRED not in (await request_of(boss, other)).text


@pytest.mark.parametrize("request_of", EVERY.values(), ids=EVERY)
async def test_old_login_has_to_be_proved_again_with_a_code(api: Api, request_of: Request) -> None:
    (user, secret), other = await a_person_with_codes(api, is_staff=True, is_superuser=True), await api.person()
    await api.person(is_staff=True, is_superuser=True)
    boss = await signed_in_with(api, user, code_of(api, secret))
    api.clock.advance(LONG_AGO)
    refused = problem(await request_of(boss, other), 403, REQUIRED)
    assert refused["methods"] == BY_CODE

    assert (await boss.post("/api/auth/reauthenticate/", {"code": code_of(api, secret)})).status_code == 204

    assert REQUIRED not in (await request_of(boss, other)).text


@pytest.mark.parametrize("request_of", WITH_SECOND_FACTOR.values(), ids=WITH_SECOND_FACTOR)
async def test_current_password_is_proof_enough_without_a_second_factor(api: Api, request_of: Request) -> None:
    person = await api.person()
    api.clock.advance(LONG_AGO)

    assert (await request_of(person, person)).status_code == 204


@pytest.mark.parametrize("request_of", EVERY.values(), ids=EVERY)
async def test_impersonation_proves_nothing(api: Api, request_of: Request) -> None:
    staff, person = await api.person(is_staff=True), await api.person()
    impersonated = await api.seen_as(staff, person)

    refused = await request_of(impersonated, person)

    assert refused.status_code == 403
    assert refused.json()["code"] in {"impersonated_read_only", "not_staff", "not_superuser"}


async def test_impersonated_login_cannot_be_proved(api: Api) -> None:
    impersonated = await api.seen_as(await api.person(is_staff=True), await api.person())

    proved = await impersonated.post("/api/auth/reauthenticate/", {"password": PASSWORD})

    problem(proved, 403, "impersonated_read_only")


async def test_fresh_sign_in_is_a_proof(api: Api) -> None:
    person = await api.person()
    api.clock.advance(timedelta(minutes=10))

    assert (await person.post("/api/auth/second-factor/")).status_code == 201


async def test_refresh_is_no_proof(api: Api) -> None:
    person = await api.person()
    api.clock.advance(LONG_AGO)
    tokens = (await api.visitor.post("/api/auth/refresh/", {"refresh": person.refresh})).json()

    problem(await replace(person, access=tokens["access"]).post("/api/auth/second-factor/"), 403, REQUIRED)


async def test_proof_counts_for_its_login_only(api: Api) -> None:
    person = await api.person()
    other = await api.login(person.user)
    api.clock.advance(LONG_AGO)
    await person.post("/api/auth/reauthenticate/", {"password": PASSWORD})

    problem(await other.post("/api/auth/second-factor/"), 403, REQUIRED)


async def test_staff_change_a_name_without_a_recent_proof(api: Api) -> None:
    staff, person = await api.person(is_staff=True), await api.person()
    api.clock.advance(LONG_AGO)

    assert (await staff.patch(f"/api/admin/users/{person.id}/", {"first_name": "Eve", **WHY})).status_code == 200


async def test_wrong_password_proves_nothing(api: Api) -> None:
    person = await api.person()
    api.clock.advance(LONG_AGO)

    problem(await person.post("/api/auth/reauthenticate/", {"password": "not it"}), 401, "bad_credentials")

    problem(await person.post("/api/auth/second-factor/"), 403, REQUIRED)


async def test_password_is_no_proof_for_account_with_second_factor(api: Api) -> None:
    user, secret = await a_person_with_codes(api)
    person = await signed_in_with(api, user, code_of(api, secret))

    refused = problem(await person.post("/api/auth/reauthenticate/", {"password": PASSWORD}), 400, "invalid")

    assert list(refused["errors"]) == ["code"]


async def test_code_used_to_sign_in_proves_nothing_again(api: Api) -> None:
    user, secret = await a_person_with_codes(api)
    code = code_of(api, secret)
    person = await signed_in_with(api, user, code)

    problem(await person.post("/api/auth/reauthenticate/", {"code": code}), 401, "bad_second_factor")


@pytest.mark.parametrize(
    "body",
    [{}, {"password": ""}, {"password": None, "code": None}, {"code": "123456"}, {"password": 7}, {"password": ["x"]}],
)
async def test_malformed_proof_is_refused_by_field(api: Api, body: dict[str, Any]) -> None:
    person = await api.person()

    refused = problem(await person.post("/api/auth/reauthenticate/", body), 400, "invalid")

    assert list(refused["errors"]) == ["password"]


async def test_window_of_a_proof_is_a_setting() -> None:
    async with open_api(replace(SETTINGS, reauthenticate_after=timedelta(seconds=30))) as api:
        person = await api.person()
        api.clock.advance(timedelta(seconds=31))

        problem(await person.post("/api/auth/second-factor/"), 403, REQUIRED)


async def test_staff_take_a_second_factor_off_an_account(api: Api) -> None:
    user, secret = await a_person_with_codes(api, email_verified_at=api.clock.now())
    person, staff = await signed_in_with(api, user, code_of(api, secret)), await api.person(is_staff=True)

    removed = await staff.post(f"/api/admin/users/{user.id}/remove-second-factor/", WHY)

    assert removed.status_code == 204
    problem(await person.get("/api/auth/profile/"), 401, "not_signed_in")
    assert (await api.login(user)).access, "the password is enough again"
    log = (await staff.get(f"/api/admin/users/{user.id}/")).json()["log"]
    assert [entry["reason"] for entry in log if entry["action"] == "second_factor_removed"] == [WHY["reason"]]


async def test_staff_take_no_second_factor_off_staff_or_themselves(api: Api) -> None:
    staff = await api.person(is_staff=True)
    other = await api.person(is_staff=True)
    for person in (staff, other):
        await stored_second_factor(api.storage, person.user, KEYS)

    for person, code in ((other, "not_superuser"), (staff, "oneself")):
        problem(await staff.post(f"/api/admin/users/{person.id}/remove-second-factor/", WHY), 403, code)


async def test_removal_needs_a_reason(api: Api) -> None:
    user, _ = await a_person_with_codes(api)
    staff = await api.person(is_staff=True)

    refused = await staff.post(f"/api/admin/users/{user.id}/remove-second-factor/", {"reason": " "})

    problem(refused, 400, "invalid")


@pytest.mark.parametrize("path", ["/api/admin/users/", "/api/admin/dashboard/"])
async def test_staff_without_required_second_factor_are_led_to_set_it_up(path: str) -> None:
    async with open_api(replace(SETTINGS, staff_second_factor="required")) as api:
        staff = await api.person(is_staff=True, is_superuser=True)
        problem(await staff.get(path), 403, "second_factor_setup_required")
        assert (await staff.get("/api/auth/profile/")).json()["is_staff"] is True
        setup = (await staff.post("/api/auth/second-factor/")).json()

        code = code_of(api, setup["secret"])
        assert (await staff.post("/api/auth/second-factor/confirm/", {"code": code})).status_code == 200

        assert (await staff.get(path)).status_code == 200
        assert (await staff.delete("/api/auth/second-factor/")).status_code == 204
        problem(await staff.get(path), 403, "second_factor_setup_required")


async def test_staff_without_required_second_factor_have_no_rights_on_other_routes_either() -> None:
    async with open_api(replace(SETTINGS, staff_second_factor="required")) as api:
        staff, learner = await api.person(is_staff=True, is_superuser=True), await api.person()
        session = await api.session(await api.creator())
        booking = await api.booking(learner, session)

        cancelled = await staff.post(f"/api/bookings/{booking['id']}/cancel/", WHY)

        problem(cancelled, 404, "not_found")


async def test_learners_need_no_second_factor_where_staff_do() -> None:
    async with open_api(replace(SETTINGS, staff_second_factor="required")) as api:
        learner = await api.person()

        assert (await learner.get("/api/bookings/")).status_code == 200
        problem(await learner.get("/api/admin/users/"), 403, "not_staff")
