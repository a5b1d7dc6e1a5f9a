"""Guesses at a password or a code count together, whichever route they come by."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import cycle, islice
from typing import Any

import pytest
import pytest_asyncio
from httpx import ASGITransport, AsyncClient, Response

from builders import PASSWORD
from http_api import SETTINGS, Api, Person, open_api, problem
from marketplace.core.domain.rate_limits import GUESSES_PER_DAY, PASSWORD_CHANGE, SIGN_IN_TO_ACCOUNT
from two_steps import A_NEW_PASSWORD, WRONG, a_person_with_codes, code_of

pytestmark = pytest.mark.thorough

GUESS = "not it"
HERE = "192.0.2.7"
Door = Callable[[Person, str], Awaitable[Response]]
"""A guess of a signed-in person, who also has a challenge."""


async def by_sign_in(person: Person, _: str) -> Response:
    return await person.client.post("/api/auth/login/", json={"email": person.user.email, "password": GUESS})


async def by_second_step(person: Person, challenge: str) -> Response:
    body = {"challenge": challenge, "code": WRONG}
    return await person.client.post("/api/auth/login/second-factor/", json=body)


async def by_reauthentication(person: Person, _: str) -> Response:
    return await person.post("/api/auth/reauthenticate/", {"code": WRONG})


async def by_password_change(person: Person, _: str) -> Response:
    return await person.post("/api/auth/password/", {"current_password": GUESS, "new_password": A_NEW_PASSWORD})


async def by_address_change(person: Person, _: str) -> Response:
    return await person.post("/api/auth/email/", {"current_password": GUESS, "email": "new@example.org"})


async def by_deletion(person: Person, _: str) -> Response:
    return await person.send("DELETE", "/api/auth/profile/", json={"password": GUESS})


DOORS: dict[str, Door] = {
    "sign-in": by_sign_in,
    "second step": by_second_step,
    "reauthentication": by_reauthentication,
    "password change": by_password_change,
    "address change": by_address_change,
    "deletion": by_deletion,
}
PER_ACCOUNT = {name: door for name, door in DOORS.items() if name != "sign-in"}
"""Those that only people who know the password, or are signed in, can reach."""


@pytest_asyncio.fixture(loop_scope="module")
async def limited() -> AsyncIterator[Api]:
    async with open_api(replace(SETTINGS, rate_limit=True)) as opened:
        yield opened


@asynccontextmanager
async def a_client(api: Api, address: str = HERE) -> AsyncIterator[AsyncClient]:
    transport: Any = ASGITransport(api.app, client=(address, 50_000))  # type: ignore[arg-type]
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def signed_in(api: Api, client: AsyncClient, *, steps: int = 0) -> tuple[Person, str, str]:
    """Return a person with two-step sign-in, a challenge of theirs, and the secret of their codes."""
    user, secret = await a_person_with_codes(api)
    credentials = {"email": user.email, "password": PASSWORD}
    challenges = [(await client.post("/api/auth/login/", json=credentials)).json()["challenge"] for _ in "12"]
    body = {"challenge": challenges[0], "code": code_of(api, secret, steps=steps)}
    answer = await client.post("/api/auth/login/second-factor/", json=body)
    assert answer.status_code == 200, answer.text
    return Person(client, answer.json()["access"], account=user), challenges[1], secret


async def guess(door: Door, person: Person, challenge: str) -> None:
    refused = await door(person, challenge)
    assert refused.status_code in {400, 401}, refused.text


@pytest.mark.parametrize("last", DOORS.values(), ids=DOORS)
@pytest.mark.parametrize("first", DOORS.values(), ids=DOORS)
async def test_ten_guesses_by_one_route_close_every_route(limited: Api, first: Door, last: Door) -> None:
    async with a_client(limited) as client:
        person, challenge, _ = await signed_in(limited, client)
        for _ in range(SIGN_IN_TO_ACCOUNT.maximum):
            await guess(first, person, challenge)

        problem(await last(person, challenge), 429, "rate_limited")


async def test_ten_guesses_by_all_routes_in_turn_close_them(limited: Api) -> None:
    async with a_client(limited) as client:
        person, challenge, secret = await signed_in(limited, client)
        for door in islice(cycle(DOORS.values()), SIGN_IN_TO_ACCOUNT.maximum):
            await guess(door, person, challenge)

        for door in DOORS.values():
            problem(await door(person, challenge), 429, "rate_limited")
        right = {"challenge": challenge, "code": code_of(limited, secret, steps=1)}
        problem(await client.post("/api/auth/login/second-factor/", json=right), 429, "rate_limited")
        limited.clock.advance(SIGN_IN_TO_ACCOUNT.span)
        assert (await by_sign_in(person, challenge)).status_code == 401


@pytest.mark.parametrize("door", PER_ACCOUNT.values(), ids=PER_ACCOUNT)
async def test_guesses_from_many_addresses_count_together(limited: Api, door: Door) -> None:
    async with a_client(limited) as client:
        person, challenge, _ = await signed_in(limited, client)
    for number in range(PASSWORD_CHANGE.maximum):
        async with a_client(limited, f"198.51.100.{number}") as client:
            await guess(door, replace(person, client=client), challenge)

    async with a_client(limited, "203.0.113.1") as client:
        problem(await door(replace(person, client=client), challenge), 429, "rate_limited")


async def test_guesses_of_a_day_are_bounded(limited: Api) -> None:
    async with a_client(limited) as client:
        person, _, _ = await signed_in(limited, client)
        for _ in range(GUESSES_PER_DAY.maximum // PASSWORD_CHANGE.maximum):
            for _ in range(PASSWORD_CHANGE.maximum):
                await guess(by_reauthentication, person, "")
            limited.clock.advance(PASSWORD_CHANGE.span)

        problem(await by_reauthentication(person, ""), 429, "rate_limited")
        limited.clock.advance(timedelta(days=1))


async def test_right_passwords_do_not_renew_the_guesses_at_codes(limited: Api) -> None:
    async with a_client(limited) as client:
        person, challenge, _ = await signed_in(limited, client)
        credentials = {"email": person.user.email, "password": PASSWORD}
        for _ in range(SIGN_IN_TO_ACCOUNT.maximum):
            await guess(by_second_step, person, challenge)
            right = await client.post("/api/auth/login/", json=credentials)
            assert right.status_code in {401, 429}

        problem(await client.post("/api/auth/login/", json=credentials), 429, "rate_limited")


async def test_right_codes_and_passwords_do_not_count(limited: Api) -> None:
    async with a_client(limited) as client:
        user, _ = await a_person_with_codes(limited)
        credentials = {"email": user.email, "password": PASSWORD}
        for _ in range(3 * SIGN_IN_TO_ACCOUNT.maximum):
            problem(await client.post("/api/auth/login/", json=credentials), 401, "second_factor_required")


async def test_strangers_without_the_password_close_no_second_step(limited: Api) -> None:
    user, secret = await a_person_with_codes(limited)
    async with a_client(limited, "198.51.100.9") as stranger:
        for _ in range(3 * SIGN_IN_TO_ACCOUNT.maximum):
            await stranger.post("/api/auth/login/", json={"email": user.email, "password": GUESS})

    async with a_client(limited) as client:
        asked = await client.post("/api/auth/login/", json={"email": user.email, "password": PASSWORD})
        body = {"challenge": asked.json()["challenge"], "code": code_of(limited, secret)}
        assert (await client.post("/api/auth/login/second-factor/", json=body)).status_code == 200
