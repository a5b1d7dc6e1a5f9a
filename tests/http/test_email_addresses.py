from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from builders import PASSWORD
from due_jobs import run_due
from fakes import NOW
from http_api import SETTINGS, Api, Person, a_registration, as_json, bad_fields, open_api, problem
from marketplace.core.domain.messages import MessageKind
from marketplace.core.ports.jobs import Handlers
from marketplace.core.services.account_mails import TokenMails

PROFILE, EMAIL = "/api/auth/profile/", "/api/auth/email/"


async def test_new_account_is_unverified_and_has_the_language_it_registered_with(api: Api) -> None:
    body = a_registration(locale="pt-br")
    assert (await api.visitor.post("/api/auth/register/", body)).status_code == 201
    user = await api.storage.users.find_by_email(body["email"])
    assert user is not None
    person = await api.login(user)

    profile = (await person.get(PROFILE)).json()

    assert (profile["email_verified_at"], profile["locale"]) == (None, "pt-BR")


@pytest.mark.parametrize("locale", ["english", "", None, "zz"])
async def test_locale_is_a_language_tag_or_nothing(api: Api, locale: str | None) -> None:
    person = await api.person(locale="de")

    response = await person.patch(PROFILE, {"locale": locale})

    if locale:
        assert bad_fields(response) == {"locale"}
    else:
        assert response.json()["locale"] is None


async def test_profile_keeps_the_locale_that_a_put_does_not_send(api: Api) -> None:
    person = await api.person(locale="de")

    assert (await person.put(PROFILE, {"username": person.user.username})).json()["locale"] == "de"


async def test_refusal_of_ones_address_is_shown_for_30_days(api: Api) -> None:
    person = await api.person()
    before = (await person.get(EMAIL)).json()
    async with api.storage.unit_of_work() as tx:
        await tx.users.acquire(person.id)
        await tx.messages.mark_refused(person.id, person.user.email, NOW)

    assert before == {"refused_at": None}
    assert (await person.get(EMAIL)).json() == {"refused_at": as_json(NOW)}
    api.clock.at = NOW + timedelta(days=30)
    assert (await (await api.login(person.user)).get(EMAIL)).json() == {"refused_at": None}


async def test_profile_cannot_verify_the_address(api: Api) -> None:
    person = await api.person()

    response = await person.patch(PROFILE, {"email_verified_at": "2030-01-01T00:00:00Z"})

    assert response.json()["email_verified_at"] is None


async def lookup(api: Api) -> None:
    await run_due(api.storage.job_queue, api.clock.now(), await api.container.get(Handlers))


async def mailed_token(api: Api, person: Person, kind: MessageKind) -> str:
    """Return the token of the newest message of a kind, as its mail would bring it."""
    messages = (await api.storage.messages.of_user(person.id, 9, None)).items
    message = next(each for each in messages if each.kind is kind)
    async with api.storage.unit_of_work() as tx:
        mail = await (await api.container.get(TokenMails)).mint(tx, message)
    assert mail is not None
    return mail.link.partition("#")[2]


async def test_mailed_link_verifies_the_address_when_it_is_posted_and_only_once(api: Api) -> None:
    person = await api.person()
    assert (await person.post("/api/auth/verify-email/send/")).status_code == 204
    token = await mailed_token(api, person, MessageKind.VERIFY_EMAIL)
    # scanners of mail open links
    assert (await api.visitor.get(f"/api/auth/verify-email/?token={token}")).status_code == 405

    response = await api.visitor.post("/api/auth/verify-email/", {"token": token})

    assert response.json() == {"email": person.user.email, "is_changed": False}
    assert (await person.get(PROFILE)).json()["email_verified_at"] == as_json(NOW)
    problem(await api.visitor.post("/api/auth/verify-email/", {"token": token}), 401, "bad_email_token")


async def test_forgotten_password_has_one_answer_and_a_link_that_sets_a_new_one(api: Api) -> None:
    person = await api.person()
    answers = [
        await api.visitor.post("/api/auth/forgot-password/", {"email": email})
        for email in (person.user.email, "unknown@example.org")
    ]
    assert len({(each.status_code, each.content, tuple(sorted(each.headers))) for each in answers}) == 1
    await lookup(api)
    token = await mailed_token(api, person, MessageKind.PASSWORD_RESET)

    body = {"token": token, "new_password": "a staple of batteries"}
    assert (await api.visitor.post("/api/auth/password-reset/", body)).status_code == 204

    credentials = {"email": person.user.email, "password": "a staple of batteries"}
    login = (await api.visitor.post("/api/auth/login/", credentials)).json()
    assert login["user"]["email_verified_at"] == as_json(NOW)
    problem(await api.visitor.post("/api/auth/password-reset/", body), 401, "bad_reset_token")


async def test_malformed_address_of_a_forgotten_password_is_named(api: Api) -> None:
    assert bad_fields(await api.visitor.post("/api/auth/forgot-password/", {"email": "ada"})) == {"email"}


async def test_address_changes_when_the_new_one_is_confirmed(api: Api) -> None:
    person = await api.person()
    body = {"email": "countess@example.org", "current_password": PASSWORD}
    assert (await person.post("/api/auth/email/", body)).status_code == 204
    assert (await person.get(PROFILE)).json()["email"] == person.user.email

    token = await mailed_token(api, person, MessageKind.EMAIL_CHANGE)
    response = await api.visitor.post("/api/auth/verify-email/", {"token": token})

    assert response.json() == {"email": "countess@example.org", "is_changed": True}
    assert (await person.get(PROFILE)).json()["email"] == "countess@example.org"


async def test_change_of_address_names_every_bad_field(api: Api) -> None:
    person = await api.person()

    refused = await person.post("/api/auth/email/", {"email": "ada@example.test", "current_password": "wrong"})
    assert bad_fields(refused) == {"email", "current_password"}
    refused = await person.post("/api/auth/email/", {"email": "ada", "current_password": "wrong"})
    assert bad_fields(refused) == {"email", "current_password"}
    taken = {"email": (await api.person()).user.email, "current_password": PASSWORD}
    problem(await person.post("/api/auth/email/", taken), 409, "email_taken")


async def test_registration_names_an_address_that_cannot_exist(api: Api) -> None:
    response = await api.visitor.post("/api/auth/register/", a_registration(email="ada@example.test"))

    assert bad_fields(response) == {"email"}


@pytest.fixture
async def limited() -> AsyncIterator[Api]:
    async with open_api(replace(SETTINGS, rate_limit=True)) as opened:
        yield opened


async def test_three_verification_mails_a_day_can_be_requested(limited: Api) -> None:
    person = await limited.person()

    answers = [await person.post("/api/auth/verify-email/send/") for _ in range(4)]

    assert [each.status_code for each in answers] == [204, 204, 204, 429]
    limited.clock.at = NOW + timedelta(days=1)
    assert (await (await limited.login(person.user)).post("/api/auth/verify-email/send/")).status_code == 204


async def test_forgotten_passwords_of_an_address_are_limited_whether_or_not_it_exists(limited: Api) -> None:
    known = (await limited.person()).user.email

    for email in (known, "unknown@example.org"):
        answers = [await limited.visitor.post("/api/auth/forgot-password/", {"email": email}) for _ in range(6)]
        assert [each.status_code for each in answers] == [204] * 5 + [429]


async def test_address_gets_three_change_mails_a_day_whoever_requests_them(limited: Api) -> None:
    body = {"email": "stranger@example.org", "current_password": PASSWORD}

    answers = [await (await limited.person()).post("/api/auth/email/", body) for _ in range(4)]

    assert [each.status_code for each in answers] == [204, 204, 204, 429]


async def test_wrong_passwords_for_a_change_of_address_are_limited(limited: Api) -> None:
    person = await limited.person()
    body = {"email": "countess@example.org", "current_password": "wrong"}

    answers = [await person.post("/api/auth/email/", body) for _ in range(11)]

    assert [each.status_code for each in answers] == [400] * 10 + [429]
    problem(await person.post("/api/auth/email/", body | {"current_password": PASSWORD}), 429, "rate_limited")
