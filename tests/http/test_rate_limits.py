import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from httpx import ASGITransport, AsyncClient, Response

from builders import PASSWORD
from http_api import SETTINGS, Api, Person, a_registration, bad_fields, open_api, problem
from marketplace.core.domain.messages import MessageKind, MessageState
from marketplace.core.domain.rate_limits import (
    LOGGED_REFUSALS,
    PASSWORD_CHANGE,
    REFRESH,
    REGISTRATION,
    SIGN_IN,
    SIGN_IN_TO_ACCOUNT,
    UNPROVEN_MAILS,
    Attempt,
    Quota,
    RateLimit,
)
from marketplace.core.services.events import EventRelay
from marketplace.http.middleware.rate_limit_headers import quota_headers
from marketplace.telemetry.request_log import note_quota, with_request_records
from staff_services import logged

LOGIN = "/api/auth/login/"
WRONG = "not my password"
HERE = "192.0.2.7"


@pytest_asyncio.fixture(loop_scope="module")
async def limited() -> AsyncIterator[Api]:
    """Open a marketplace with the program's default limits."""
    async with open_api(replace(SETTINGS, rate_limit=True)) as opened:
        yield opened


@asynccontextmanager
async def a_client(api: Api, address: str = HERE) -> AsyncIterator[AsyncClient]:
    transport: Any = ASGITransport(api.app, client=(address, 50_000))  # type: ignore[arg-type]
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def used_up(api: Api, limit: RateLimit, subject: str, but: int = 0) -> None:
    """Count as many attempts as the limit allows, except `but`."""
    for _ in range(limit.maximum - but):
        await api.storage.rate_limits.count([Attempt(limit, subject)], api.clock.now())


async def log_in(client: AsyncClient, email: str, password: str = WRONG) -> Response:
    return await client.post(LOGIN, json={"email": email, "password": password})


def refused(response: Response, within: timedelta) -> None:
    problem(response, 429, "rate_limited")
    assert 0 < int(response.headers["retry-after"]) <= within.total_seconds()
    assert response.headers["cache-control"] == "no-store"


async def test_password_guessing_on_one_account_is_limited_to_ten_attempts(limited: Api) -> None:
    person = await limited.person()
    async with a_client(limited) as client:
        for _ in range(10):
            problem(await log_in(client, person.user.email), 401, "bad_credentials")
        looked_at = len(limited.passwords.verified)

        last = await log_in(client, person.user.email.upper(), PASSWORD)

        refused(last, SIGN_IN_TO_ACCOUNT.span)
        assert len(limited.passwords.verified) == looked_at
        limited.clock.advance(timedelta(seconds=int(last.headers["retry-after"])))
        assert (await log_in(client, person.user.email, PASSWORD)).status_code == 200


async def test_unknown_account_is_limited_like_a_known_one(limited: Api) -> None:
    async with a_client(limited) as client:
        answers = [await log_in(client, "nobody@example.org") for _ in range(11)]

    assert [each.status_code for each in answers] == [401] * 10 + [429]


async def test_attacker_cannot_lock_out_another_address_or_account(limited: Api) -> None:
    person, other = await limited.person(), await limited.person()
    async with a_client(limited) as thief, a_client(limited, "198.51.100.9") as owner:
        for _ in range(11):
            await log_in(thief, person.user.email)

        assert (await log_in(owner, person.user.email, PASSWORD)).status_code == 200
        assert (await log_in(thief, other.user.email, PASSWORD)).status_code == 200


async def test_successful_sign_in_is_not_counted_as_a_guess(limited: Api) -> None:
    person = await limited.person()
    async with a_client(limited) as client:
        answers = [await log_in(client, person.user.email, PASSWORD) for _ in range(30)]

    assert {each.status_code for each in answers} == {200}


async def test_concurrent_guesses_are_verified_only_up_to_the_limit(limited: Api) -> None:
    person = await limited.person()
    looked_at = len(limited.passwords.verified)
    async with a_client(limited) as client:
        answers = await asyncio.gather(*(log_in(client, person.user.email) for _ in range(30)))

    assert sorted(each.status_code for each in answers) == [401] * 10 + [429] * 20
    assert len(limited.passwords.verified) == looked_at + 10


async def test_sign_ins_per_address_are_limited(limited: Api) -> None:
    person = await limited.person()
    await used_up(limited, SIGN_IN, HERE, but=1)
    async with a_client(limited) as client, a_client(limited, "198.51.100.9") as elsewhere:
        problem(await log_in(client, "nobody@example.org"), 401, "bad_credentials")
        refused(await log_in(client, person.user.email, PASSWORD), SIGN_IN.span)
        assert (await log_in(elsewhere, person.user.email, PASSWORD)).status_code == 200


async def test_rate_limited_sign_in_is_audited_up_to_a_limit(limited: Api) -> None:
    person = await limited.person()
    await used_up(limited, SIGN_IN_TO_ACCOUNT, f"{HERE} {person.user.email}")
    await used_up(limited, LOGGED_REFUSALS, HERE, but=2)
    async with a_client(limited) as client:
        for _ in range(3):
            refused(await log_in(client, person.user.email, PASSWORD), SIGN_IN_TO_ACCOUNT.span)

    _, *entries = await logged(limited.storage, ("user", person.id))
    assert [(entry.action, entry.actor_id, entry.address, entry.after) for entry in entries] == [
        ("sign_in_refused", None, HERE, {"email": person.user.email, "code": "rate_limited"})
    ] * 2


async def test_rate_limited_sign_in_to_unknown_account_is_audited(limited: Api) -> None:
    tried = "nobody@example.org"
    await used_up(limited, SIGN_IN_TO_ACCOUNT, f"{HERE} {tried}")
    async with a_client(limited) as client:
        refused(await log_in(client, tried), SIGN_IN_TO_ACCOUNT.span)

    (entry,) = await logged(limited.storage)
    assert (entry.target_id, entry.after) == (None, {"email": tried, "code": "rate_limited"})


async def test_rate_limited_password_change_is_audited_up_to_a_limit(limited: Api) -> None:
    person = await limited.person()
    await used_up(limited, PASSWORD_CHANGE, str(person.id))
    await used_up(limited, LOGGED_REFUSALS, str(person.id), but=2)
    for _ in range(3):
        body = {"current_password": WRONG, "new_password": "a staple of batteries"}
        refused(await person.post("/api/auth/password/", body), PASSWORD_CHANGE.span)

    _, *entries = await logged(limited.storage, ("user", person.id))
    assert [(entry.action, entry.actor_id, entry.after) for entry in entries] == [
        ("password_change_refused", person.id, {"code": "rate_limited"})
    ] * 2


async def test_answer_tells_what_is_left_of_its_limit(limited: Api) -> None:
    async with a_client(limited) as client:
        await client.post("/api/auth/refresh/", json={"refresh": "x"})
        limited.clock.advance(timedelta(minutes=2))
        answer = await client.post("/api/auth/refresh/", json={"refresh": "x"})

    assert answer.status_code == 401
    assert answer.headers["ratelimit-policy"] == '"refresh";q=1000;w=300'
    assert answer.headers["ratelimit"] == '"refresh";r=998;t=180'


async def test_right_guess_is_told_as_counted_only_where_every_sign_in_counts(limited: Api) -> None:
    person = await limited.person()
    async with a_client(limited) as client:
        wrong, right = [await log_in(client, person.user.email, each) for each in (WRONG, PASSWORD)]

    of_guesses = '"sign_in_to_account";r=9;t=900, "sign_in";r=299;t=900'
    assert wrong.headers["ratelimit"] == f'{of_guesses}, "sign_ins_to_account";r=29;t=900, "sign_ins";r=999;t=900'
    assert right.headers["ratelimit"] == f'{of_guesses}, "sign_ins_to_account";r=28;t=900, "sign_ins";r=998;t=900'


async def test_refusal_tells_the_limits_that_are_used_up_until_it_can_be_repeated(limited: Api) -> None:
    await used_up(limited, SIGN_IN_TO_ACCOUNT, f"{HERE} nobody@example.org")
    limited.clock.advance(timedelta(minutes=1))
    await used_up(limited, SIGN_IN, HERE, but=1)
    async with a_client(limited) as client:
        answer = await log_in(client, "nobody@example.org")

    refused(answer, SIGN_IN.span)
    assert answer.headers["ratelimit"] == '"sign_in_to_account";r=0;t=840, "sign_in";r=0;t=900'
    assert answer.headers["ratelimit-policy"] == '"sign_in_to_account";q=10;w=900, "sign_in";q=300;w=900'
    assert answer.headers["retry-after"] == "900"


async def test_limit_that_others_use_up_is_not_told(limited: Api) -> None:
    person = await limited.person()
    change = {"email": "augusta@example.org", "current_password": PASSWORD}

    answer = await person.post("/api/auth/email/", change)

    assert '"email_change";r=9' in answer.headers["ratelimit"]
    assert "email_change_to" not in answer.headers["ratelimit"] + answer.headers["ratelimit-policy"]


async def test_answer_without_a_limit_tells_none(limited: Api, api: Api) -> None:
    person = await api.person()
    for answer in (await limited.client.get("/api/sessions/"), await log_in(api.client, person.user.email)):
        assert not {"ratelimit", "ratelimit-policy"} & answer.headers.keys()


@pytest.mark.parametrize(
    ("status", "headers", "is_told"),
    [
        (200, [(b"Cache-Control", b"public, max-age=0, s-maxage=1")], False),
        (200, [(b"cache-control", b"private, no-store")], True),
        (200, [], True),
        (303, [(b"location", b"/")], False),
    ],
)
async def test_answer_that_a_shared_cache_may_keep_tells_no_limits(
    status: int,
    headers: list[tuple[bytes, bytes]],
    is_told: bool,  # noqa: FBT001 - a column of the table
) -> None:
    async def app(_: Any, __: Any, send: Any) -> None:
        note_quota(Quota(limit=SIGN_IN, remaining=7, resets_in=timedelta(seconds=30)))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    transport: Any = ASGITransport(with_request_records(app, (), quota_headers))  # type: ignore[arg-type]
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/")

    assert answer.headers.get("ratelimit") == ('"sign_in";r=7;t=30' if is_told else None)


async def test_registrations_per_address_are_limited(limited: Api) -> None:
    await used_up(limited, REGISTRATION, HERE, but=1)
    async with a_client(limited) as client:
        assert "password" in bad_fields(await client.post("/api/auth/register/", json=a_registration(password="x")))
        assert (await client.post("/api/auth/register/", json=a_registration())).status_code == 201
        refused(await client.post("/api/auth/register/", json=a_registration()), REGISTRATION.span)


async def test_registrations_beyond_the_mails_of_a_network_get_no_mail_and_are_accepted(limited: Api) -> None:
    await used_up(limited, UNPROVEN_MAILS, HERE, but=1)
    relay, sent = await limited.container.get(EventRelay), []
    async with a_client(limited) as client, a_client(limited, "198.51.100.9") as elsewhere:
        for at in (client, client, elsewhere):
            registered = await at.post("/api/auth/register/", json=a_registration())
            assert registered.status_code == 201
            await relay.deliver()
            messages = (await limited.storage.messages.of_user(UUID(registered.json()["id"]), 9, None)).items
            sent.append([(each.kind, each.state) for each in messages])

    mailed = [(MessageKind.VERIFY_EMAIL, MessageState.HELD)]
    assert sent == [mailed, [(MessageKind.VERIFY_EMAIL, MessageState.DROPPED)], mailed]


async def test_mails_to_unproven_addresses_are_limited_per_network(limited: Api) -> None:
    person = await limited.person()
    await used_up(limited, UNPROVEN_MAILS, "127.0.0.1")

    refused(await person.post("/api/auth/verify-email/send/", {}), UNPROVEN_MAILS.span)
    change = {"email": "augusta@example.org", "current_password": PASSWORD}
    refused(await person.post("/api/auth/email/", change), UNPROVEN_MAILS.span)


async def test_refreshes_per_address_are_limited(limited: Api) -> None:
    person = await limited.person()
    await used_up(limited, REFRESH, HERE)
    async with a_client(limited) as client, a_client(limited, "198.51.100.9") as elsewhere:
        refused(await client.post("/api/auth/refresh/", json={"refresh": person.refresh}), REFRESH.span)
        assert (await elsewhere.post("/api/auth/refresh/", json={"refresh": person.refresh})).status_code == 200


async def test_current_password_guesses_per_user_are_limited_across_addresses(limited: Api) -> None:
    person, other = await limited.person(), await limited.person()
    await used_up(limited, PASSWORD_CHANGE, str(person.id), but=1)
    body = {"current_password": WRONG, "new_password": "a staple of batteries"}

    assert bad_fields(await person.post("/api/auth/password/", body | {"new_password": 7})) == {
        "current_password",
        "new_password",
    }
    looked_at = len(limited.passwords.verified)
    for late in (body | {"current_password": PASSWORD}, body | {"new_password": 7}):
        refused(await person.post("/api/auth/password/", late), PASSWORD_CHANGE.span)
    assert len(limited.passwords.verified) == looked_at
    good = body | {"current_password": PASSWORD}
    assert (await other.post("/api/auth/password/", good)).status_code == 204


async def test_successful_password_change_is_not_counted(limited: Api) -> None:
    person = await limited.person()
    await used_up(limited, PASSWORD_CHANGE, str(person.id), but=1)
    passwords = [PASSWORD, *(f"staple number {number}" for number in range(4))]

    for current, new in pairwise(passwords):
        body = {"current_password": current, "new_password": new}
        assert (await person.post("/api/auth/password/", body)).status_code == 204


@pytest.mark.parametrize(
    ("one", "another", "are_counted_together"),
    [
        ("192.0.2.7", "192.0.2.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("a socket", "a socket", True),
    ],
)
async def test_addresses_of_one_client_network_are_counted_together(
    limited: Api,
    one: str,
    another: str,
    are_counted_together: bool,  # noqa: FBT001 - a column of the table
) -> None:
    async with a_client(limited, one) as first, a_client(limited, another) as second:
        for _ in range(10):
            await log_in(first, "nobody@example.org")

        assert ((await log_in(second, "nobody@example.org")).status_code == 429) is are_counted_together


async def test_a_client_without_an_address_is_served(limited: Api) -> None:
    transport: Any = ASGITransport(limited.app, client=None)  # type: ignore[arg-type]
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.post("/api/auth/register/", json=a_registration())).status_code == 201


async def test_disabled_rate_limits_limit_nothing(api: Api) -> None:
    person: Person = await api.person()
    answers = [await log_in(api.client, person.user.email) for _ in range(15)]

    assert {each.status_code for each in answers} == {401}
