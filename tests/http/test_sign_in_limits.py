"""Guesses at one account wait for each other, but not for those of a device that has signed in before."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import pytest_asyncio
from httpx import ASGITransport, AsyncClient, Response

from builders import PASSWORD
from http_api import SETTINGS, Api, Person, open_api, problem
from marketplace.core.domain.known_devices import KNOWN_FOR, MAX_ACCOUNTS
from marketplace.core.domain.rate_limits import (
    DEVICE_ATTEMPTS,
    GUESSES_AT_ACCOUNT,
    PASSKEY_CHALLENGES,
    PASSWORD_CHANGE,
    SIGN_IN,
    SIGN_INS,
    SIGN_INS_TO_ACCOUNT,
    Attempt,
    RateLimit,
    of_wider_network,
)
from two_steps import WRONG, a_person_with_codes, code_of

pytestmark = pytest.mark.thorough

LOGIN = "/api/auth/login/"
GUESS = "not my password"
HERE = "192.0.2.7"
DEVICE = "marketplace_device"
STRANGERS = count(1)


@pytest_asyncio.fixture(loop_scope="module")
async def limited() -> AsyncIterator[Api]:
    async with open_api(replace(SETTINGS, rate_limit=True)) as opened:
        yield opened


@asynccontextmanager
async def a_client(api: Api, address: str = HERE) -> AsyncIterator[AsyncClient]:
    transport: Any = ASGITransport(api.app, client=(address, 50_000))  # type: ignore[arg-type]
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def used_up(api: Api, limit: RateLimit, subject: str, but: int = 0) -> None:
    for _ in range(limit.maximum - but):
        await api.storage.rate_limits.count([Attempt(limit, subject)], api.clock.now())


async def log_in(client: AsyncClient, email: str, password: str = PASSWORD) -> Response:
    return await client.post(LOGIN, json={"email": email, "password": password, "use_cookie": True})


async def guess(api: Api, email: str, password: str = GUESS) -> Response:
    """Guess from a network of its own."""
    number = next(STRANGERS)
    async with a_client(api, f"198.18.{number // 250}.{number % 250}") as stranger:
        return await log_in(stranger, email, password)


async def under_attack(api: Api, email: str) -> None:
    """Make as many guesses as are free, and one more, so that the next has to wait."""
    for _ in range(GUESSES_AT_ACCOUNT.free + 1):
        problem(await guess(api, email), 401, "bad_credentials")
    problem(await guess(api, email), 429, "rate_limited")


async def test_guesses_at_one_account_from_many_networks_wait_twice_as_long_each_time(limited: Api) -> None:
    person = await limited.person()
    await under_attack(limited, person.user.email)
    looked_at, waits = len(limited.passwords.verified), []
    for _ in range(12):
        refusal = await guess(limited, person.user.email)
        problem(refusal, 429, "rate_limited")
        waits.append(int(refusal.headers["retry-after"]))
        limited.clock.advance(timedelta(seconds=waits[-1]))
        problem(await guess(limited, person.user.email), 401, "bad_credentials")

    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    assert len(limited.passwords.verified) == looked_at + 12


async def test_unknown_account_is_slowed_like_a_known_one(limited: Api) -> None:
    await under_attack(limited, "nobody@example.org")


async def test_refused_guess_does_not_make_the_next_wait_longer(limited: Api) -> None:
    person = await limited.person()
    await under_attack(limited, person.user.email)
    refusals = [await guess(limited, person.user.email) for _ in range(10)]

    assert {each.headers["retry-after"] for each in refusals} == {"2"}
    limited.clock.advance(timedelta(seconds=2))
    assert (await guess(limited, person.user.email, PASSWORD)).status_code == 200


async def test_right_password_takes_no_turn(limited: Api) -> None:
    person = await limited.person()
    for _ in range(GUESSES_AT_ACCOUNT.free):
        await guess(limited, person.user.email)

    answers = [await guess(limited, person.user.email, PASSWORD) for _ in range(5)]

    assert {each.status_code for each in answers} == {200}


async def test_of_guesses_at_the_same_moment_one_is_looked_at(limited: Api) -> None:
    person = await limited.person()
    await under_attack(limited, person.user.email)
    limited.clock.advance(timedelta(seconds=2))
    looked_at = len(limited.passwords.verified)
    answers = await asyncio.gather(*(guess(limited, person.user.email) for _ in range(20)))

    assert sorted(each.status_code for each in answers) == [401, *[429] * 19]
    assert len(limited.passwords.verified) == looked_at + 1


async def test_device_that_signed_in_before_is_not_slowed_by_strangers(limited: Api) -> None:
    person = await limited.person()
    async with a_client(limited) as device, a_client(limited) as neighbour:
        assert (await log_in(device, person.user.email)).status_code == 200
        await under_attack(limited, person.user.email)
        for limit in (SIGN_IN, SIGN_INS):
            await used_up(limited, limit, HERE)
        for _ in range(11):
            await log_in(neighbour, person.user.email, GUESS)

        problem(await guess(limited, person.user.email, PASSWORD), 429, "rate_limited")
        problem(await log_in(neighbour, person.user.email), 429, "rate_limited")
        assert (await log_in(device, person.user.email)).status_code == 200


async def test_device_of_another_account_is_a_stranger(limited: Api) -> None:
    person, other = await limited.person(), await limited.person()
    async with a_client(limited) as device:
        await log_in(device, other.user.email)
        await under_attack(limited, person.user.email)

        problem(await log_in(device, person.user.email), 429, "rate_limited")


async def test_browser_is_known_for_the_accounts_that_signed_in_last(limited: Api) -> None:
    people = [await limited.person() for _ in range(MAX_ACCOUNTS + 1)]
    async with a_client(limited) as browser:
        for person in people:
            await log_in(browser, person.user.email)
        await used_up(limited, SIGN_IN, HERE)

        answers = [(await log_in(browser, person.user.email)).status_code for person in people]

    assert answers == [429, *[200] * MAX_ACCOUNTS]


async def test_guesses_of_a_known_device_are_limited_to_ten(limited: Api) -> None:
    person = await limited.person()
    async with a_client(limited) as device, a_client(limited, "192.0.2.8") as elsewhere:
        await log_in(device, person.user.email)
        for _ in range(10):
            problem(await log_in(device, person.user.email, GUESS), 401, "bad_credentials")

        problem(await log_in(device, person.user.email), 429, "rate_limited")
        assert (await log_in(elsewhere, person.user.email)).status_code == 200


async def test_device_keeps_its_count_when_it_signs_in_again(limited: Api) -> None:
    person = await limited.person()
    async with a_client(limited) as device:
        await log_in(device, person.user.email)
        for each in range(9):
            await log_in(device, person.user.email, GUESS)
            assert (await log_in(device, person.user.email)).status_code == 200, each
        await log_in(device, person.user.email, GUESS)

        problem(await log_in(device, person.user.email), 429, "rate_limited")


@pytest.mark.parametrize("value", ["", "x", "x.y", "W10.", "é", "a" * 5_000])
async def test_forged_device_is_a_stranger(limited: Api, value: str) -> None:
    person = await limited.person()
    await under_attack(limited, person.user.email)
    async with a_client(limited) as client:
        answer = await client.post(
            LOGIN,
            json={"email": person.user.email, "password": PASSWORD},
            headers=[(b"cookie", f"{DEVICE}={value}".encode())],
        )

    problem(answer, 429, "rate_limited")


async def test_device_is_forgotten_a_year_after_its_last_sign_in(limited: Api) -> None:
    person = await limited.person()
    async with a_client(limited) as device:
        answer = await log_in(device, person.user.email)
        sealed = device.cookies[DEVICE]
        assert f"Max-Age={int(KNOWN_FOR.total_seconds())}" in answer.headers["set-cookie"]
        limited.clock.advance(KNOWN_FOR)
        await under_attack(limited, person.user.email)
        device.cookies.set(DEVICE, sealed)

        problem(await log_in(device, person.user.email), 429, "rate_limited")


async def test_cookie_of_a_device_is_for_sign_ins_only_and_hidden_from_scripts(limited: Api) -> None:
    person = await limited.person()
    async with a_client(limited) as device:
        cookies = (await log_in(device, person.user.email)).headers.get_list("set-cookie")

    (cookie,) = [each for each in cookies if each.startswith(DEVICE)]
    assert {"HttpOnly", "Path=/api/auth/", "SameSite=Lax"} <= {each.strip() for each in cookie.split(";")}
    assert person.user.email not in cookie


async def test_cookie_of_a_device_is_taken_from_https_only_in_production() -> None:
    settings = replace(SETTINGS, environment="production", public_url="https://sessions.example.org")
    async with open_api(settings) as api, a_client(api) as client:
        person = await api.person()
        cookies = (await log_in(client, person.user.email)).headers.get_list("set-cookie")

    (cookie,) = [each for each in cookies if DEVICE in each]
    assert cookie.startswith(f"__Secure-{DEVICE}=")
    assert "Secure" in {each.strip() for each in cookie.split(";")}


async def test_program_that_keeps_no_cookies_gets_none(limited: Api) -> None:
    person = await limited.person()
    async with a_client(limited) as client:
        answer = await client.post(LOGIN, json={"email": person.user.email, "password": PASSWORD})

    assert "set-cookie" not in answer.headers


async def test_reset_link_makes_its_browser_known(limited: Api) -> None:
    person, staff = await limited.person(), await limited.person(is_staff=True)
    issued = await staff.post(f"/api/admin/users/{person.id}/password-reset/", {"reason": "They asked for help."})
    token = issued.json()["token"]
    await under_attack(limited, person.user.email)
    new = "a staple of batteries"
    async with a_client(limited) as browser:
        answer = await browser.post("/api/auth/password-reset/", json={"token": token, "new_password": new})
        assert answer.status_code == 204

        problem(await guess(limited, person.user.email, new), 429, "rate_limited")
        assert (await log_in(browser, person.user.email, new)).status_code == 200


async def test_known_device_keeps_its_way_to_the_second_step(limited: Api) -> None:
    user, secret = await a_person_with_codes(limited)
    async with a_client(limited) as device, a_client(limited, "192.0.2.8") as thief:
        challenge = (await log_in(device, user.email)).json()["challenge"]
        body = {"challenge": challenge, "code": code_of(limited, secret, steps=0), "use_cookie": True}
        assert (await device.post("/api/auth/login/second-factor/", json=body)).status_code == 200
        limited.clock.advance(timedelta(minutes=2))
        stolen = (await log_in(thief, user.email)).json()["challenge"]
        for _ in range(PASSWORD_CHANGE.maximum):
            await thief.post("/api/auth/login/second-factor/", json={"challenge": stolen, "code": WRONG})

        own = (await log_in(device, user.email)).json()["challenge"]
        code = code_of(limited, secret, steps=0)
        refusal = await thief.post("/api/auth/login/second-factor/", json={"challenge": stolen, "code": code})
        answer = await device.post("/api/auth/login/second-factor/", json={"challenge": own, "code": code})

    problem(refusal, 429, "rate_limited")
    assert answer.status_code == 200


async def test_known_device_has_ways_of_its_own_to_passkeys(limited: Api) -> None:
    person = await limited.person()
    await used_up(limited, PASSKEY_CHALLENGES, HERE)
    async with a_client(limited) as device, a_client(limited) as neighbour:
        await log_in(device, person.user.email)
        answers = [await each.post("/api/auth/login/passkey/options/") for each in (*[device] * 21, neighbour)]

    assert [each.status_code for each in answers] == [200] * DEVICE_ATTEMPTS.maximum + [429] * 2


async def test_good_sign_ins_to_one_account_are_limited(limited: Api) -> None:
    person, other = await limited.person(), await limited.person()
    credentials = {"email": person.user.email, "password": PASSWORD}
    async with a_client(limited) as client:
        answers = [await client.post(LOGIN, json=credentials) for _ in range(SIGN_INS_TO_ACCOUNT.maximum + 1)]

        assert [each.status_code for each in answers] == [200] * SIGN_INS_TO_ACCOUNT.maximum + [429]
        assert (await log_in(client, other.user.email)).status_code == 200


async def test_good_sign_ins_of_one_known_device_are_limited(limited: Api) -> None:
    person = await limited.person()
    async with a_client(limited) as device:
        answers = [
            (await log_in(device, person.user.email)).status_code for _ in range(SIGN_INS_TO_ACCOUNT.maximum + 2)
        ]

    assert answers == [200] * (SIGN_INS_TO_ACCOUNT.maximum + 1) + [429]


async def test_good_sign_ins_of_one_network_are_limited(limited: Api) -> None:
    people: list[Person] = [await limited.person() for _ in range(2)]
    await used_up(limited, SIGN_INS, HERE, but=1)
    async with a_client(limited) as client, a_client(limited, "192.0.2.8") as elsewhere:
        first, second = [await log_in(client, person.user.email) for person in people]

        assert first.status_code == 200
        problem(second, 429, "rate_limited")
        assert (await log_in(elsewhere, people[1].user.email)).status_code == 200


@pytest.mark.parametrize(("limit", "password"), [(SIGN_IN, GUESS), (SIGN_INS, PASSWORD)])
async def test_ipv6_networks_of_one_customer_are_limited_together(
    limited: Api, limit: RateLimit, password: str
) -> None:
    people = [await limited.person() for _ in range(3)]
    await used_up(limited, of_wider_network(limit), "2001:db8:1::/48", but=2)
    networks = ("2001:db8:1:2::1", "2001:db8:1:ffff::1", "2001:db8:1:3::1", "2001:db8:2:2::1")
    answers = []
    for person, network in zip([*people, people[2]], networks, strict=True):
        async with a_client(limited, network) as client:
            answers.append((await log_in(client, person.user.email, password)).status_code)

    assert [each == 429 for each in answers] == [False, False, True, False]
