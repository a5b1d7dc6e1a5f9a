import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jwt
import pytest

from builders import PASSWORD
from fakes import NOW
from http_api import SECRET_KEY, Api, Person, problem
from marketplace.core.domain.tokens import refresh_token_hash

PROFILE = "/api/auth/profile/"
LOGIN = "/api/auth/login/"
REFRESH = "/api/auth/refresh/"
LOGOUT = "/api/auth/logout/"
ANOTHER = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"
MEMORY_IS_OVER = timedelta(milliseconds=600)


async def log_in(api: Api, person: Person, password: str = PASSWORD) -> Any:
    return await api.visitor.post(LOGIN, {"email": person.user.email, "password": password})


async def test_login_returns_user_and_two_tokens(api: Api) -> None:
    person = await api.person()

    login = (await log_in(api, person)).json()

    assert set(login) == {"user", "access", "refresh"}
    assert login["user"] == (await person.get(PROFILE)).json()
    assert (await Person(api.client, login["access"]).get(PROFILE)).status_code == 200


async def test_sign_in_is_503_with_retry_after_while_too_many_passwords_wait(api: Api) -> None:
    person = await api.person()
    api.passwords.is_busy = True

    refused = await log_in(api, person)

    problem(refused, 503, "busy")
    assert int(refused.headers["retry-after"]) >= 1
    api.passwords.is_busy = False
    assert (await log_in(api, person)).status_code == 200


async def test_unknown_email_and_wrong_password_have_same_response(api: Api) -> None:
    person = await api.person()

    wrong = await log_in(api, person, "not my password")
    unknown = await api.visitor.post(LOGIN, {"email": "nobody@example.org", "password": PASSWORD})

    assert problem(wrong, 401, "bad_credentials") == problem(unknown, 401, "bad_credentials")


async def test_deactivated_account_and_wrong_password_have_same_response(api: Api) -> None:
    person = await api.person()
    wrong = problem(await log_in(api, person, "not my password"), 401, "bad_credentials")

    await api.deactivate(person)

    assert problem(await log_in(api, person), 401, "bad_credentials") == wrong


async def test_unknown_email_verifies_a_password_too(empty_api: Api) -> None:
    person = await empty_api.person()
    before = list(empty_api.passwords.verified)

    await log_in(empty_api, person, "not my password")
    await empty_api.visitor.post(LOGIN, {"email": "nobody@example.org", "password": PASSWORD})

    assert empty_api.passwords.verified[len(before) :] == [person.user.password_hash, None]


async def test_access_token_expires_after_24_hours(api: Api) -> None:
    person = await api.person()

    api.clock.advance(timedelta(days=1, seconds=-1))
    assert (await person.get(PROFILE)).status_code == 200

    api.clock.advance(timedelta(seconds=1))
    problem(await person.get(PROFILE), 401, "not_signed_in")


async def test_refresh_token_expires_after_seven_days(api: Api) -> None:
    person = await api.person()
    late = await api.login(person.user)

    api.clock.advance(timedelta(days=7, seconds=-1))
    assert (await api.visitor.post(REFRESH, {"refresh": person.refresh})).status_code == 200

    api.clock.advance(timedelta(seconds=1))
    problem(await api.visitor.post(REFRESH, {"refresh": late.refresh}), 401, "bad_refresh_token")


async def test_refresh_returns_a_new_working_pair(api: Api) -> None:
    person = await api.person()

    pair = (await api.visitor.post(REFRESH, {"refresh": person.refresh})).json()

    assert set(pair) == {"access", "refresh"}
    assert pair["refresh"] != person.refresh
    assert (await Person(api.client, pair["access"]).get(PROFILE)).status_code == 200
    assert (await api.visitor.post(REFRESH, {"refresh": pair["refresh"]})).status_code == 200


async def test_a_refresh_token_used_again_ends_the_whole_login(api: Api) -> None:
    person = await api.person()
    pair = (await api.visitor.post(REFRESH, {"refresh": person.refresh})).json()

    problem(await api.visitor.post(REFRESH, {"refresh": person.refresh}), 401, "bad_refresh_token")

    problem(await api.visitor.post(REFRESH, {"refresh": pair["refresh"]}), 401, "bad_refresh_token")
    api.clock.advance(MEMORY_IS_OVER)
    problem(await person.get(PROFILE), 401, "not_signed_in")
    problem(await Person(api.client, pair["access"]).get(PROFILE), 401, "not_signed_in")


async def test_concurrent_refreshes_have_one_winner_and_end_the_login(api: Api) -> None:
    person = await api.person()

    answers = await asyncio.gather(*(api.visitor.post(REFRESH, {"refresh": person.refresh}) for _ in range(5)))

    assert sorted(answer.status_code for answer in answers) == [200, 401, 401, 401, 401]
    (pair,) = (answer.json() for answer in answers if answer.status_code == 200)
    problem(await api.visitor.post(REFRESH, {"refresh": pair["refresh"]}), 401, "bad_refresh_token")


async def test_reused_refresh_token_does_not_end_other_logins(api: Api) -> None:
    person = await api.person()
    elsewhere = await api.login(person.user)
    await api.visitor.post(REFRESH, {"refresh": person.refresh})

    await api.visitor.post(REFRESH, {"refresh": person.refresh})
    api.clock.advance(MEMORY_IS_OVER)

    assert (await elsewhere.get(PROFILE)).status_code == 200


async def test_a_logout_ends_refresh_and_access_tokens_of_that_login_only(api: Api) -> None:
    person = await api.person()
    elsewhere = await api.login(person.user)
    assert (await person.get(PROFILE)).status_code == 200

    ended = await api.visitor.post(LOGOUT, {"refresh": person.refresh})
    api.clock.advance(MEMORY_IS_OVER)

    assert (ended.status_code, ended.content) == (204, b"")
    problem(await person.get(PROFILE), 401, "not_signed_in")
    problem(await api.visitor.post(REFRESH, {"refresh": person.refresh}), 401, "bad_refresh_token")
    assert (await elsewhere.get(PROFILE)).status_code == 200


async def test_logout_needs_no_active_login(api: Api) -> None:
    person = await api.person()
    await api.visitor.post(LOGOUT, {"refresh": person.refresh})

    assert (await api.visitor.post(LOGOUT, {"refresh": person.refresh})).status_code == 204
    assert (await api.visitor.post(LOGOUT, {"refresh": "never issued"})).status_code == 204


async def test_logout_everywhere_ends_every_login_of_the_user_only(api: Api) -> None:
    person, other = await api.person(), await api.person()
    for each in (person, elsewhere := await api.login(person.user), other):
        assert (await each.get(PROFILE)).status_code == 200

    ended = await api.visitor.post(LOGOUT, {"refresh": person.refresh, "everywhere": True})

    assert (ended.status_code, ended.content) == (204, b"")
    for each in (person, elsewhere):
        problem(await each.get(PROFILE), 401, "not_signed_in")
        problem(await api.visitor.post(REFRESH, {"refresh": each.refresh}), 401, "bad_refresh_token")
    assert (await other.get(PROFILE)).status_code == 200


async def test_logout_everywhere_in_another_process_takes_effect_within_a_second(api: Api) -> None:
    person = await api.person()
    elsewhere = await api.login(person.user)
    assert (await elsewhere.get(PROFILE)).status_code == 200

    async with api.storage.unit_of_work() as tx:
        assert await tx.tokens.revoke_all_of(refresh_token_hash(person.refresh), NOW)
    api.clock.advance(MEMORY_IS_OVER)

    problem(await elsewhere.get(PROFILE), 401, "not_signed_in")


async def test_logout_everywhere_by_token_of_ended_login_is_refused(api: Api) -> None:
    person = await api.person()
    elsewhere = await api.login(person.user)
    await api.visitor.post(LOGOUT, {"refresh": person.refresh})

    for token in (person.refresh, "never issued"):
        problem(await api.visitor.post(LOGOUT, {"refresh": token, "everywhere": True}), 401, "bad_refresh_token")
    assert (await elsewhere.get(PROFILE)).status_code == 200


async def test_used_refresh_token_can_still_sign_out(api: Api) -> None:
    person = await api.person()
    pair = (await api.visitor.post(REFRESH, {"refresh": person.refresh})).json()

    await api.visitor.post(LOGOUT, {"refresh": person.refresh})

    problem(await api.visitor.post(REFRESH, {"refresh": pair["refresh"]}), 401, "bad_refresh_token")


async def test_deactivated_user_is_signed_out_and_cannot_log_in(api: Api) -> None:
    person = await api.person()
    assert (await person.get(PROFILE)).status_code == 200

    await api.deactivate(person)
    api.clock.advance(MEMORY_IS_OVER)

    problem(await person.get(PROFILE), 401, "not_signed_in")
    problem(await person.get("/api/sessions/"), 401, "not_signed_in")
    problem(await api.visitor.post(REFRESH, {"refresh": person.refresh}), 401, "bad_refresh_token")
    problem(await log_in(api, person), 401, "bad_credentials")


async def test_change_by_another_process_is_visible_after_half_a_second(api: Api) -> None:
    person = await api.person()
    assert (await person.get(PROFILE)).status_code == 200

    async with api.storage.unit_of_work() as tx:
        await tx.users.save(replace(person.user, is_active=False))

    api.clock.advance(timedelta(milliseconds=499))
    assert (await person.get(PROFILE)).status_code == 200
    api.clock.advance(timedelta(milliseconds=1))
    problem(await person.get(PROFILE), 401, "not_signed_in")


async def test_creator_promoted_by_another_process_is_not_refused_by_cached_role(api: Api) -> None:
    person = await api.person()
    assert (await person.get(PROFILE)).json()["role"] == "user"

    async with api.storage.unit_of_work() as tx:
        await tx.users.save(replace(person.user, role="creator"))

    assert (await person.get("/api/bookings/creator_bookings/")).status_code == 200
    assert (await person.get("/api/sessions/", my_sessions="true")).status_code == 200


def claims(person: Person, **changes: Any) -> dict[str, Any]:
    payload: dict[str, Any] = jwt.decode(person.access, options={"verify_signature": False})
    return {name: value for name, value in (payload | changes).items() if value is not None}


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "another"},
        {"aud": "another"},
        {"aud": None},
        {"exp": None},
        {"exp": int(NOW.timestamp())},
        {"exp": 10**30},
        {"exp": "soon"},
        {"sub": None},
        {"sub": ANOTHER},
        {"sub": "1"},
        {"family": None},
        {"family": ANOTHER},
        {"family": 7},
        {"jti": None},
    ],
    ids=str,
)
async def test_token_with_invalid_claims_is_refused(api: Api, changes: dict[str, Any]) -> None:
    person = await api.person()
    token = jwt.encode(claims(person, **changes), SECRET_KEY, algorithm="HS256")

    problem(await Person(api.client, token).get(PROFILE), 401, "not_signed_in")


async def test_token_needs_signature_of_this_marketplace(api: Api) -> None:
    person = await api.person()
    payload = claims(person)
    head, body, signature = person.access.split(".")
    forged = [
        jwt.encode(payload, "forty-two characters that are another's!!", algorithm="HS256"),
        jwt.encode(payload, SECRET_KEY * 2, algorithm="HS512"),
        jwt.encode(payload, "", algorithm="none"),
        f"{jwt.encode(payload, '', algorithm='none')}{signature}",
        f"{head}.{body}.",
        f"{head}.{body}",
        f"{head}.{body}.{signature[::-1]}",
        person.refresh,
        "null",
    ]

    for token in forged:
        problem(await Person(api.client, token).get(PROFILE), 401, "not_signed_in")
    token = jwt.encode(payload, SECRET_KEY, algorithm="HS256")
    assert (await Person(api.client, token).get(PROFILE)).status_code == 200


async def test_role_claims_of_token_are_ignored(api: Api) -> None:
    person = await api.person()
    boasting = claims(person, role="creator", is_staff=True, is_superuser=True)
    token = jwt.encode(boasting, SECRET_KEY, algorithm="HS256")

    shown = (await Person(api.client, token).get(PROFILE)).json()

    assert (shown["role"], shown["is_staff"], shown["is_superuser"]) == ("user", False, False)
    problem(await Person(api.client, token).get("/api/bookings/creator_bookings/"), 403, "not_a_creator")


async def test_access_token_is_refused_as_refresh_token(api: Api) -> None:
    person = await api.person()

    problem(await api.visitor.post(REFRESH, {"refresh": person.access}), 401, "bad_refresh_token")
