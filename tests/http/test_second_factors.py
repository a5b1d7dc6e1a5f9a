from datetime import timedelta
from typing import Any

import pytest

from http_api import Api, Person, problem
from two_steps import (
    A_NEW_PASSWORD,
    PASSWORD_CHANGE,
    WRONG,
    a_person_with_codes,
    challenge_of,
    code_of,
    finish,
    log_in,
    signed_in_with,
)


async def test_right_password_of_account_with_second_factor_gets_a_challenge(api: Api) -> None:
    user, _ = await a_person_with_codes(api)

    refused = await log_in(api, user)

    problem(refused, 401, "second_factor_required")
    assert refused.json()["methods"] == ["totp", "recovery_code"]
    assert set(refused.json()) >= {"challenge", "methods", "code", "title", "status", "detail"}
    assert "access" not in refused.text
    assert "set-cookie" not in refused.headers


async def test_code_after_the_password_signs_in(api: Api) -> None:
    user, secret = await a_person_with_codes(api)

    answer = await finish(api, await challenge_of(api, user), code_of(api, secret), use_cookie=True)

    assert answer.status_code == 200
    assert answer.json()["user"]["id"] == str(user.id)
    assert answer.json()["refresh"] is None
    assert "set-cookie" in answer.headers


@pytest.mark.parametrize("steps", [-1, 0, 1])
async def test_code_of_the_step_before_and_after_is_accepted(api: Api, steps: int) -> None:
    user, secret = await a_person_with_codes(api)

    answer = await finish(api, await challenge_of(api, user), code_of(api, secret, steps=steps))

    assert answer.status_code == 200


@pytest.mark.parametrize("steps", [-2, 2])
async def test_code_of_two_steps_away_is_refused(api: Api, steps: int) -> None:
    user, secret = await a_person_with_codes(api)

    answer = await finish(api, await challenge_of(api, user), code_of(api, secret, steps=steps))

    problem(answer, 401, "bad_second_factor")


async def test_code_used_twice_is_refused(api: Api) -> None:
    user, secret = await a_person_with_codes(api)
    code = code_of(api, secret)
    await signed_in_with(api, user, code)

    problem(await finish(api, await challenge_of(api, user), code), 401, "bad_second_factor")


async def test_code_of_an_earlier_step_than_a_used_one_is_refused(api: Api) -> None:
    user, secret = await a_person_with_codes(api)
    await signed_in_with(api, user, code_of(api, secret, steps=1))

    answer = await finish(api, await challenge_of(api, user), code_of(api, secret))

    problem(answer, 401, "bad_second_factor")


async def test_challenge_works_once(api: Api) -> None:
    user, secret = await a_person_with_codes(api)
    challenge = await challenge_of(api, user)
    assert (await finish(api, challenge, code_of(api, secret))).status_code == 200

    problem(await finish(api, challenge, code_of(api, secret, steps=1)), 401, "bad_challenge")


async def test_wrong_code_leaves_the_challenge_usable(api: Api) -> None:
    user, secret = await a_person_with_codes(api)
    challenge = await challenge_of(api, user)
    problem(await finish(api, challenge, WRONG), 401, "bad_second_factor")

    assert (await finish(api, challenge, code_of(api, secret))).status_code == 200


async def test_challenge_expires_after_ten_minutes(api: Api) -> None:
    user, secret = await a_person_with_codes(api)
    challenge = await challenge_of(api, user)
    api.clock.advance(timedelta(minutes=10))

    problem(await finish(api, challenge, code_of(api, secret)), 401, "bad_challenge")


async def test_challenge_ends_with_the_password(api: Api) -> None:
    user, secret = await a_person_with_codes(api)
    challenge = await challenge_of(api, user)
    person = await signed_in_with(api, user, code_of(api, secret, steps=-1))
    assert (await person.post("/api/auth/password/", PASSWORD_CHANGE)).status_code == 204

    problem(await finish(api, challenge, code_of(api, secret)), 401, "bad_challenge")


async def test_access_token_is_no_challenge_and_challenge_is_no_access_token(api: Api) -> None:
    user, secret = await a_person_with_codes(api)
    person = await api.person()
    challenge = await challenge_of(api, user)

    problem(await finish(api, person.access, code_of(api, secret)), 401, "bad_challenge")
    problem(await Person(api.client, challenge).get("/api/auth/profile/"), 401, "not_signed_in")


async def test_refresh_does_not_ask_for_a_code(api: Api) -> None:
    user, secret = await a_person_with_codes(api)
    person = await signed_in_with(api, user, code_of(api, secret))

    assert (await api.visitor.post("/api/auth/refresh/", {"refresh": person.refresh})).status_code == 200


async def test_setup_is_confirmed_by_a_code_and_returns_ten_recovery_codes(api: Api) -> None:
    person = await api.person()
    other = await api.login(person.user)
    setup = (await person.post("/api/auth/second-factor/")).json()
    assert setup["secret"] in setup["address"]
    assert setup["picture"].startswith("<svg")
    assert (await log_in(api, person.user)).status_code == 200, "it is not on yet"

    confirmed = await person.post("/api/auth/second-factor/confirm/", {"code": code_of(api, setup["secret"])})

    assert confirmed.status_code == 200
    assert len(set(confirmed.json()["recovery_codes"])) == 10
    state = (await person.get("/api/auth/second-factor/")).json()
    assert state["since"] is not None
    assert state == {
        "is_on": True,
        "since": state["since"],
        "is_required": False,
        "recovery_codes_left": 10,
        "is_low": False,
    }
    problem(await other.get("/api/auth/profile/"), 401, "not_signed_in")
    problem(await log_in(api, person.user), 401, "second_factor_required")
    used = await finish(api, await challenge_of(api, person.user), code_of(api, setup["secret"]))
    problem(used, 401, "bad_second_factor")


async def test_wrong_code_does_not_confirm_a_setup(api: Api) -> None:
    person = await api.person()
    await person.post("/api/auth/second-factor/")

    refused = await person.post("/api/auth/second-factor/confirm/", {"code": WRONG})

    problem(refused, 400, "invalid")
    assert list(refused.json()["errors"]) == ["code"]
    assert (await log_in(api, person.user)).status_code == 200


async def test_second_factor_that_is_on_is_not_set_up_again(api: Api) -> None:
    user, secret = await a_person_with_codes(api)
    person = await signed_in_with(api, user, code_of(api, secret))

    problem(await person.post("/api/auth/second-factor/"), 409, "second_factor_on")
    confirmed = await person.post("/api/auth/second-factor/confirm/", {"code": code_of(api, secret, steps=1)})
    problem(confirmed, 409, "second_factor_on")


async def test_recovery_code_signs_in_once_however_it_is_written(api: Api) -> None:
    user, secret = await a_person_with_codes(api)
    person = await signed_in_with(api, user, code_of(api, secret))
    codes = (await person.post("/api/auth/second-factor/recovery-codes/")).json()["recovery_codes"]
    written = codes[0].upper().replace("-", " ")

    await signed_in_with(api, user, written)

    problem(await finish(api, await challenge_of(api, user), codes[0]), 401, "bad_second_factor")
    assert (await person.get("/api/auth/second-factor/")).json()["recovery_codes_left"] == 9


async def test_new_recovery_codes_end_the_earlier_ones(api: Api) -> None:
    user, secret = await a_person_with_codes(api)
    person = await signed_in_with(api, user, code_of(api, secret))
    old = (await person.post("/api/auth/second-factor/recovery-codes/")).json()["recovery_codes"]
    new = (await person.post("/api/auth/second-factor/recovery-codes/")).json()["recovery_codes"]

    problem(await finish(api, await challenge_of(api, user), old[0]), 401, "bad_second_factor")
    await signed_in_with(api, user, new[0])


async def test_low_recovery_codes_are_pointed_out(api: Api) -> None:
    user, secret = await a_person_with_codes(api)
    person = await signed_in_with(api, user, code_of(api, secret))
    codes = (await person.post("/api/auth/second-factor/recovery-codes/")).json()["recovery_codes"]

    for code in codes[:7]:
        await signed_in_with(api, user, code)

    state = (await person.get("/api/auth/second-factor/")).json()
    assert (state["recovery_codes_left"], state["is_low"]) == (3, True)


async def test_second_factor_that_is_turned_off_is_not_asked_for(api: Api) -> None:
    user, secret = await a_person_with_codes(api)
    person = await signed_in_with(api, user, code_of(api, secret))

    assert (await person.delete("/api/auth/second-factor/")).status_code == 204

    assert (await log_in(api, user)).status_code == 200
    problem(await person.delete("/api/auth/second-factor/"), 409, "second_factor_off")


async def test_password_reset_keeps_the_second_factor(api: Api) -> None:
    user, secret = await a_person_with_codes(api)
    staff = await api.person(is_staff=True)
    link = await staff.post(f"/api/admin/users/{user.id}/password-reset/", {"reason": "They forgot it."})
    reset = {"token": link.json()["token"], "new_password": A_NEW_PASSWORD}
    assert (await api.visitor.post("/api/auth/password-reset/", reset)).status_code == 204

    refused = await api.visitor.post("/api/auth/login/", {"email": user.email, "password": A_NEW_PASSWORD})

    problem(refused, 401, "second_factor_required")
    assert (await finish(api, refused.json()["challenge"], code_of(api, secret))).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"challenge": "x"},
        {"challenge": None, "code": None},
        {"challenge": "x", "code": 123456},
        {"challenge": "x", "code": "1" * 101},
        {"challenge": ["x"], "code": {"a": 1}},
        {"challenge": "x", "code": ""},
    ],
)
async def test_malformed_second_factor_is_refused_by_field(api: Api, body: dict[str, Any]) -> None:
    problem(await api.visitor.post("/api/auth/login/second-factor/", body), 400, "invalid")


@pytest.mark.parametrize(
    "code",
    [
        "\u0661\u0662\u0663\u0664\u0665\u0666",
        "12345",
        "1234567",
        "abcdef",
        "-",
        "0x1F4A",
        "\uff11\uff12\uff13\uff14\uff15\uff16",
    ],
)
async def test_code_that_is_none_is_refused(api: Api, code: str) -> None:
    user, _ = await a_person_with_codes(api)

    problem(await finish(api, await challenge_of(api, user), code), 401, "bad_second_factor")
