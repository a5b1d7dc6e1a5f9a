"""Signing in at an identity provider, as a browser does."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from builders import PASSWORD
from fakes import NOW
from http_api import SETTINGS, Api, bad_fields, problem
from lying_issuer import LyingIssuer, json_answer
from marketplace.core.domain.audit import AuditDetails
from marketplace.core.domain.rate_limits import PROVIDER_SIGN_IN, REGISTRATION, Attempt
from provider_browser import ADA, BEGIN, Browser, opened

OFFERED = {"name": "example", "label": "Example", "is_available": True, "can_reauthenticate": True}


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with opened(LyingIssuer(userinfo=ADA)) as found:
        yield found


async def entries_of(api: Api, action: str) -> list[AuditDetails]:
    return [entry for entry in await api.storage.audit.newest(100) if entry.action == action]


async def test_person_comes_back_signed_in_to_a_new_account(browser: Browser) -> None:
    url = await browser.leave(next="/sessions/1?day=2030-01-09", time_zone="Europe/Rome", locale="it")
    kept = browser.last["marketplace_oidc"]
    assert (kept["path"], kept["max-age"], kept["httponly"]) == ("/api/auth/oidc/", "600", True)
    assert (kept["samesite"], kept["secure"]) == ("Lax", "")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert asked["redirect_uri"] == "http://localhost:8000/api/auth/oidc/example/callback/"
    assert not {asked["state"], asked["nonce"], asked["code_challenge"]} & {kept.value, *kept.value.split(".")}

    arrived = await browser.come_back(browser.issuer.consent(url))

    expected = {"oidc": "done", "provider": "example", "next": "/sessions/1?day=2030-01-09"}
    assert arrived == {"page": "/login"} | expected
    refresh = browser.last["marketplace_refresh"]
    assert (refresh["path"], refresh["samesite"], refresh["httponly"]) == ("/api/auth/", "Strict", True)
    assert browser.cookies.keys() == {"marketplace_refresh", "marketplace_device"}
    profile = (await (await browser.access()).get("/api/auth/profile/")).json()
    assert {name: profile[name] for name in ("email", "first_name", "time_zone", "locale", "has_password")} == {
        "email": "ada@example.org",
        "first_name": "Ada",
        "time_zone": "Europe/Rome",
        "locale": "it",
        "has_password": False,
    }
    assert profile["email_verified_at"] is not None


async def test_second_visit_is_the_same_account(browser: Browser) -> None:
    await browser.sign_in()
    first = (await (await browser.access()).get("/api/auth/profile/")).json()["id"]
    browser.issuer.userinfo = {"email": "other@example.org", "email_verified": False}
    await browser.sign_in()

    assert (await (await browser.access()).get("/api/auth/profile/")).json()["id"] == first


def without(*names: str, **changes: str) -> Any:
    return lambda returned: {name: value for name, value in (returned | changes).items() if name not in names}


@pytest.mark.parametrize(
    ("claims", "altered", "came", "fact"),
    [
        ({}, without(state="another"), "expired", "state"),
        ({}, without("state"), "expired", "state"),
        ({}, without("code"), "refused", "code"),
        ({}, without(code="another"), "refused", "code"),
        ({}, without("code", error="access_denied"), "cancelled", "cancelled"),
        ({}, without(iss="https://other.example.org"), "refused", "answering_issuer"),
        ({"nonce": "another"}, without(), "refused", "nonce"),
        ({"nonce": None}, without(), "refused", "nonce"),
        ({"aud": "another"}, without(), "refused", "audience"),
        ({"iat": int(NOW.timestamp()) + 61}, without(), "refused", "issued_later"),
        ({"exp": int(NOW.timestamp()) - 60}, without(), "refused", "expired"),
        ({"email": "ada@example.org"}, without(), "email_unverified", "email_unverified"),
    ],
)
async def test_bad_answer_ends_on_a_page_and_in_the_audit_log(
    browser: Browser, claims: dict[str, Any], altered: Any, came: str, fact: str
) -> None:
    browser.issuer.claims = claims
    returned = altered(browser.issuer.consent(await browser.leave(next="/dashboard")))

    arrived = await browser.come_back(returned)

    assert arrived == {"page": "/login", "oidc": came, "provider": "example", "next": "/dashboard"}
    assert "marketplace_refresh" not in browser.cookies
    assert not await browser.api.storage.users.has_any()
    (entry,) = await entries_of(browser.api, "sign_in_refused")
    assert entry.after == {"issuer": browser.issuer.issuer, "code": fact}


async def test_answer_without_the_cookie_of_its_browser_is_not_taken(browser: Browser) -> None:
    returned = browser.issuer.consent(await browser.leave())
    attacker, browser.cookies = dict(browser.cookies), {}

    assert (await browser.come_back(returned))["oidc"] == "expired"
    other = Browser(browser.api, browser.issuer)
    await other.leave()
    assert (await other.come_back(returned))["oidc"] == "expired"
    assert not await browser.api.storage.users.has_any()
    browser.cookies = attacker
    assert (await browser.come_back(returned))["oidc"] == "done"


async def test_used_flow_is_not_used_again(browser: Browser) -> None:
    returned = browser.issuer.consent(await browser.leave())
    kept = dict(browser.cookies)
    await browser.come_back(returned)
    browser.cookies = kept

    assert (await browser.come_back(returned))["oidc"] == "expired"


async def test_issuer_that_is_away_is_said_to_be_and_the_rest_works(browser: Browser) -> None:
    person = await browser.api.person()
    listed = await browser.send("GET", "/api/auth/oidc/")
    assert listed.json() == [OFFERED]
    url = await browser.leave()
    browser.issuer.answers["/token"] = lambda: json_answer({}, 503)
    assert (await browser.come_back(browser.issuer.consent(url)))["oidc"] == "unavailable"

    away = LyingIssuer(answers={"/.well-known/openid-configuration": lambda: json_answer({}, 500)})
    async with opened(away, storage=browser.api.storage) as later:
        assert (await later.send("GET", "/api/auth/oidc/")).json()[0]["is_available"] is False
        problem(await later.send("POST", BEGIN), 503, "provider_unavailable")
        credentials = {"email": person.user.email, "password": PASSWORD}
        assert (await later.send("POST", "/api/auth/login/", json=credentials)).status_code == 200


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "dashboard",
        "",
        "/a b",
        "/\u00e9",
    ],
)
async def test_person_is_never_sent_to_another_site(browser: Browser, elsewhere: str) -> None:
    response = await browser.send("POST", BEGIN, json={"next": elsewhere})

    assert bad_fields(response) == {"next"}


async def test_longest_path_fits_into_the_cookie(browser: Browser) -> None:
    path = "/" + "x" * 1_499

    assert (await browser.sign_in(next=path, time_zone="America/Argentina/ComodRivadavia"))["next"] == path
    assert bad_fields(await browser.send("POST", BEGIN, json={"next": f"{path}x"})) == {"next"}


async def test_callback_is_at_the_sites_address_whatever_host_is_named(browser: Browser) -> None:
    for host, expected in [("evil.example", "localhost:8000"), ("127.0.0.1:8000", "127.0.0.1:8000")]:
        response = await browser.send("POST", BEGIN, headers={"Host": host})
        asked = parse_qs(urlsplit(response.json()["url"]).query)
        assert asked["redirect_uri"] == [f"http://{expected}/api/auth/oidc/example/callback/"]


async def test_cookie_is_secure_in_production() -> None:
    settings = replace(SETTINGS, environment="production", public_url="https://sessions.example.org")
    async with opened(LyingIssuer(userinfo=ADA), settings=settings) as browser:
        url = await browser.leave()

        assert browser.last["__Secure-marketplace_oidc"]["secure"] is True
        redirect_uri = "https://sessions.example.org/api/auth/oidc/example/callback/"
        assert parse_qs(urlsplit(url).query)["redirect_uri"] == [redirect_uri]


@pytest.mark.parametrize(
    ("site", "name"),
    [
        ("https://sessions.example.org", "__Secure-marketplace_refresh"),
        ("http://localhost:8000", "marketplace_refresh"),
    ],
)
async def test_production_site_gets_a_login_in_a_cookie_that_its_browser_takes(site: str, name: str) -> None:
    settings = replace(SETTINGS, environment="production", public_url=site)
    async with opened(LyingIssuer(userinfo=ADA), settings=settings) as browser:
        assert (await browser.sign_in())["oidc"] == "done"

        assert name in browser.last


async def test_limits_hold_per_address() -> None:
    settings = replace(SETTINGS, rate_limit=True)
    async with opened(LyingIssuer(userinfo=ADA), settings=settings) as browser:
        url = await browser.leave()
        counts = browser.api.storage.rate_limits
        for limit in (PROVIDER_SIGN_IN, REGISTRATION):
            for _ in range(limit.maximum):
                await counts.count([Attempt(limit, "127.0.0.1")], NOW)

        problem(await browser.send("POST", BEGIN), 429, "rate_limited")
        assert (await browser.come_back(browser.issuer.consent(url)))["oidc"] == "limited"
        assert not await browser.api.storage.users.has_any()


async def test_any_process_finishes_what_another_began(browser: Browser) -> None:
    returned = browser.issuer.consent(await browser.leave(next="/dashboard"))
    async with opened(browser.issuer, storage=browser.api.storage) as other:
        other.cookies = browser.cookies

        assert (await other.come_back(returned))["oidc"] == "done"
        used = dict(browser.cookies)
    browser.cookies = used
    assert (await browser.come_back(returned))["oidc"] == "expired"
