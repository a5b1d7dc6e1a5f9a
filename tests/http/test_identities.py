"""Connected sign-ins, and accounts that have no other."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pyotp
import pytest

from builders import PASSWORD, stored_second_factor
from fakes import NOW
from http_api import KEYS, Api, problem
from http_routes import SOME_ID
from lying_issuer import LyingIssuer
from marketplace.core.domain.audit import AuditDetails
from provider_browser import ADA, BEGIN, IDENTITIES, Browser, opened
from two_steps import LONG_AGO


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with opened(LyingIssuer(userinfo=ADA)) as found:
        yield found


async def entries_of(api: Api, action: str) -> list[AuditDetails]:
    return [entry for entry in await api.storage.audit.newest(100) if entry.action == action]


async def test_signed_in_person_connects_and_disconnects(browser: Browser) -> None:
    person = await browser.api.person()

    assert await browser.sign_in(person) == {"page": "/profile/security", "oidc": "done", "provider": "example"}
    assert "marketplace_refresh" not in browser.cookies
    (identity,) = (await person.get(IDENTITIES)).json()
    assert {name: identity[name] for name in ("provider", "label", "email")} == {
        "provider": "example",
        "label": "Example",
        "email": "ada@example.org",
    }
    assert (await person.get("/api/auth/export/")).json()["identities"] == [identity]
    problem(await (await browser.api.person()).delete(f"{IDENTITIES}{identity['id']}/"), 404, "not_found")
    assert (await person.delete(f"{IDENTITIES}{identity['id']}/")).status_code == 204
    assert (await person.get(IDENTITIES)).json() == []
    assert [len(await entries_of(browser.api, f"identity_{change}")) for change in ("connected", "disconnected")] == [
        *(1, 1)
    ]


async def test_disconnecting_ends_every_other_login_but_not_this_one(browser: Browser) -> None:
    person = await browser.api.person()
    await browser.sign_in(person)
    await browser.sign_in()
    elsewhere = await browser.access()
    assert (await elsewhere.get("/api/auth/profile/")).status_code == 200
    (identity,) = (await person.get(IDENTITIES)).json()

    assert (await person.delete(f"{IDENTITIES}{identity['id']}/")).status_code == 204

    problem(await elsewhere.get("/api/auth/profile/"), 401, "not_signed_in")
    assert (await person.get("/api/auth/profile/")).status_code == 200


async def test_identity_of_someone_else_is_not_connected(browser: Browser) -> None:
    await browser.sign_in()
    person = await browser.api.person()

    assert await browser.sign_in(person) == {"page": "/profile/security", "oidc": "taken", "provider": "example"}
    assert (await person.get(IDENTITIES)).json() == []


async def test_only_way_in_stays(browser: Browser) -> None:
    await browser.sign_in()
    person = await browser.access()
    (identity,) = (await person.get(IDENTITIES)).json()

    problem(await person.delete(f"{IDENTITIES}{identity['id']}/"), 409, "last_way_in")


async def test_connecting_needs_the_access_token_and_no_impersonation(browser: Browser) -> None:
    staff, person = await browser.api.person(is_staff=True), await browser.api.person()
    viewing = await browser.api.seen_as(staff, person)

    problem(await browser.send("POST", f"{BEGIN}connect/"), 401, "not_signed_in")
    problem(await viewing.post(f"{BEGIN}connect/"), 403, "impersonated_read_only")
    problem(await viewing.delete(f"{IDENTITIES}{SOME_ID}/"), 403, "impersonated_read_only")


async def test_password_of_an_account_without_one_takes_as_long_as_a_wrong_one(browser: Browser) -> None:
    await browser.sign_in()
    browser.api.passwords.verified.clear()

    answers = [
        await browser.send("POST", "/api/auth/login/", json={"email": email, "password": "!"})
        for email in ("ada@example.org", "nobody@example.org")
    ]

    assert [problem(answer, 401, "bad_credentials")["detail"] for answer in answers] == [
        "Incorrect email or password."
    ] * 2
    assert browser.api.passwords.verified == [None, None]


async def test_second_factor_is_asked_for_after_the_provider(browser: Browser) -> None:
    person = await browser.api.person()
    await browser.sign_in(person)
    secret = await stored_second_factor(browser.api.storage, person.user, KEYS)

    assert (await browser.sign_in(next="/dashboard"))["oidc"] == "second_factor"
    kept = browser.last["marketplace_challenge"]
    assert (kept["path"], kept["samesite"], kept["httponly"]) == ("/api/auth/oidc/", "Strict", True)
    assert "marketplace_refresh" not in browser.cookies

    taken = await browser.send("POST", "/api/auth/oidc/second-factor/")
    assert taken.json()["methods"] == ["totp", "recovery_code"]
    problem(await browser.send("POST", "/api/auth/oidc/second-factor/"), 401, "bad_challenge")
    code = pyotp.TOTP(secret).at(browser.api.clock.now())
    proof = {"challenge": taken.json()["challenge"], "code": code, "use_cookie": True}
    assert (await browser.send("POST", "/api/auth/login/second-factor/", json=proof)).status_code == 200
    assert (await (await browser.access()).get("/api/auth/profile/")).json()["id"] == str(person.id)


async def test_proof_of_the_mailbox_connects_nothing_to_an_account_before_its_second_factor(browser: Browser) -> None:
    person = await browser.api.person(email="ada@example.org", email_verified_at=NOW)
    secret = await stored_second_factor(browser.api.storage, person.user, KEYS)

    assert (await browser.sign_in())["oidc"] == "second_factor"
    assert (await person.get(IDENTITIES)).json() == []
    assert await entries_of(browser.api, "identity_connected") == []

    challenge = (await browser.send("POST", "/api/auth/oidc/second-factor/")).json()["challenge"]
    proof = {"challenge": challenge, "code": pyotp.TOTP(secret).at(browser.api.clock.now())}
    signed_in = await browser.send("POST", "/api/auth/login/second-factor/", json=proof)
    assert signed_in.json()["user"]["id"] == str(person.id)


async def test_connecting_and_disconnecting_need_a_recent_proof(browser: Browser) -> None:
    person = await browser.api.person()
    await browser.sign_in(person)
    (identity,) = (await person.get(IDENTITIES)).json()
    browser.api.clock.advance(timedelta(hours=2))

    for refused in (
        await person.post(f"{BEGIN}connect/"),
        await person.delete(f"{IDENTITIES}{identity['id']}/"),
    ):
        assert refused.json()["methods"] == ["password"]
        assert (refused.status_code, refused.json()["code"]) == (403, "reauthentication_required")


async def test_person_without_a_password_is_asked_for_the_sign_in_of_the_provider_again(browser: Browser) -> None:
    await browser.sign_in()
    person = await browser.access()
    browser.api.clock.advance(LONG_AGO)
    key = {"name": "A program", "scopes": ["read"]}
    refused = await person.post("/api/auth/api-keys/", key)
    assert (refused.status_code, refused.json()["methods"]) == (403, ["provider"])
    provider = (await browser.api.visitor.get("/api/auth/oidc/")).json()[0]
    assert provider["can_reauthenticate"] is True

    browser.issuer.claims["auth_time"] = int((browser.api.clock.now() - timedelta(hours=1)).timestamp())
    came_back = await browser.prove(person, next="/profile?tab=keys#new")
    assert came_back == {"page": "/profile", "tab": "keys", "proof": "not_fresh", "provider": "example"}
    assert (await person.post("/api/auth/api-keys/", key)).status_code == 403

    browser.issuer.claims["auth_time"] = int(browser.api.clock.now().timestamp())
    assert await browser.prove(person) == {"page": "/profile/security", "proof": "done", "provider": "example"}
    assert (await person.post("/api/auth/api-keys/", key)).status_code == 201
    entries = await entries_of(browser.api, "sign_in_refused")
    assert [entry.after["code"] for entry in entries if entry.after] == ["not_fresh"]


async def test_proof_at_the_provider_needs_the_access_token_and_no_impersonation(browser: Browser) -> None:
    staff, person = await browser.api.person(is_staff=True), await browser.api.person()
    viewing = await browser.api.seen_as(staff, person)
    prove = f"{BEGIN}reauthenticate/"

    problem(await browser.send("POST", prove), 401, "not_signed_in")
    problem(await viewing.post(prove), 403, "impersonated_read_only")
    refused = await person.post(prove)
    assert (refused.status_code, refused.json()["methods"]) == (403, ["password"])
    problem(await person.post(prove, {"next": "//evil.example.org"}), 400, "invalid")


async def test_deleted_account_leaves_no_identity(browser: Browser) -> None:
    person = await browser.api.person()
    await browser.sign_in(person)

    assert (await person.send("DELETE", "/api/auth/profile/", json={"password": PASSWORD})).status_code == 204

    assert await browser.api.storage.identities.of_user(person.id) == ()
    assert (await browser.sign_in())["oidc"] == "done"
    assert (await (await browser.access()).get("/api/auth/profile/")).json()["id"] != str(person.id)
