import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient, Response

from builders import PASSWORD
from http_api import SETTINGS, Api, Person, open_api, problem

pytestmark = pytest.mark.thorough

LOGIN = "/api/auth/login/"
REFRESH = "/api/auth/refresh/"
LOGOUT = "/api/auth/logout/"
PROFILE = "/api/auth/profile/"
NAME = "marketplace_refresh"
SECURE_NAME = "__Secure-marketplace_refresh"
SITE = "https://market.example.org"
ELSEWHERE = "https://app.example.org"
PRODUCTION = replace(SETTINGS, environment="production")
MEMORY_IS_OVER = timedelta(milliseconds=600)


def cookie_of(response: Response) -> Mapping[str, str]:
    """Return the value and the attributes of the single refresh cookie that a response sets."""
    (header,) = [each for each in response.headers.get_list("set-cookie") if "marketplace_refresh" in each]
    (morsel,) = SimpleCookie(header).values()
    assert morsel.key in {NAME, SECURE_NAME}
    return {name: value for name, value in morsel.items() if value} | {"value": morsel.value}


def body_of(login: Response) -> Any:
    assert login.status_code == 200, login.text
    return login.json()


@asynccontextmanager
async def a_browser(api: Api, site: str = SITE) -> AsyncIterator[AsyncClient]:
    """Open a client without a cookie jar: tests set the cookies of each request."""
    transport: Any = ASGITransport(api.app)  # type: ignore[arg-type]
    async with AsyncClient(transport=transport, base_url=site) as client:
        yield client


async def log_in(browser: AsyncClient, person: Person) -> Response:
    credentials = {"email": person.user.email, "password": PASSWORD, "use_cookie": True}
    response = await browser.post(LOGIN, json=credentials)
    browser.cookies.clear()
    return response


async def send(
    browser: AsyncClient, path: str, token: str | None, origin: str | None = SITE, **options: Any
) -> Response:
    headers = {} if origin is None else {"Origin": origin}
    headers |= {} if token is None else {"Cookie": f"theme=dark; {SECURE_NAME}={token}"}
    response = await browser.post(path, headers=headers | options.pop("headers", {}), **options)
    browser.cookies.clear()
    return response


async def test_login_requesting_cookie_has_refresh_token_only_in_cookie(api: Api) -> None:
    async with a_browser(api) as browser:
        login = await log_in(browser, await api.person())

    cookie = cookie_of(login)
    assert body_of(login)["refresh"] is None
    assert cookie["value"]
    assert cookie["value"] not in login.text
    assert cookie == {
        "value": cookie["value"],
        "path": "/api/auth/",
        "max-age": str(7 * 86_400),
        "httponly": True,
        "samesite": "Strict",
        "secure": True,
    }


async def test_signing_in_again_ends_the_former_login_of_the_browser(api: Api) -> None:
    person, other = await api.person(), await api.person()
    async with a_browser(api) as browser:
        here, elsewhere = cookie_of(await log_in(browser, person)), cookie_of(await log_in(browser, person))
        credentials = {"email": other.user.email, "password": PASSWORD, "use_cookie": True}

        again = await send(browser, LOGIN, here["value"], json=credentials)

        assert again.status_code == 200
        refreshed = [await send(browser, REFRESH, each["value"]) for each in (here, elsewhere, cookie_of(again))]
    assert [each.status_code for each in refreshed] == [401, 200, 200]


async def test_page_of_another_site_ends_no_login_by_signing_in(api: Api) -> None:
    person = await api.person()
    async with a_browser(api) as browser:
        here = cookie_of(await log_in(browser, person))
        credentials = {"email": person.user.email, "password": PASSWORD, "use_cookie": True}

        await send(browser, LOGIN, here["value"], origin="https://elsewhere.example", json=credentials)

        assert (await send(browser, REFRESH, here["value"])).status_code == 200


@pytest.mark.parametrize("options", [{}, {"use_cookie": False}])
async def test_login_not_requesting_cookie_has_refresh_token_only_in_body(api: Api, options: dict[str, bool]) -> None:
    person = await api.person()

    login = await api.visitor.post(LOGIN, {"email": person.user.email, "password": PASSWORD} | options)

    assert isinstance(body_of(login)["refresh"], str)
    assert "set-cookie" not in login.headers


async def test_cookie_is_secure_except_over_plain_http_in_development() -> None:
    for settings, site, is_secure in (
        (SETTINGS, "http://localhost:8000", False),
        (SETTINGS, SITE, True),
        (PRODUCTION, "http://market.example.org", True),
        (PRODUCTION, SITE, True),
    ):
        async with open_api(settings) as api, a_browser(api, site) as browser:
            login = await log_in(browser, await api.person())
            assert ("secure" in cookie_of(login)) is is_secure
            assert login.headers["set-cookie"].startswith(f"{SECURE_NAME if is_secure else NAME}=")


async def test_production_page_of_loopback_interface_gets_a_name_that_its_browser_takes() -> None:
    site = "http://localhost:8000"
    async with open_api(PRODUCTION) as api, a_browser(api, site) as browser:
        token = cookie_of(await log_in(browser, await api.person()))["value"]
        refreshed = await send(browser, REFRESH, token, site)

        assert refreshed.headers["set-cookie"].startswith(f"{NAME}=")


async def test_cookie_under_its_old_name_is_taken_and_replaced(api: Api) -> None:
    async with a_browser(api) as browser:
        token = cookie_of(await log_in(browser, await api.person()))["value"]
        headers = {"Origin": SITE, "Cookie": f"{NAME}={token}"}
        refreshed = await browser.post(REFRESH, headers=headers)

        assert refreshed.status_code == 200
        kept, dropped = refreshed.headers.get_list("set-cookie")
        assert kept.startswith(f"{SECURE_NAME}=")
        assert dropped.startswith(f'{NAME}="";')
        assert "Max-Age=0" in dropped


async def test_a_cookie_lives_as_long_as_its_token() -> None:
    async with (
        open_api(replace(SETTINGS, refresh_token_ttl=timedelta(hours=2))) as api,
        a_browser(api) as browser,
    ):
        assert cookie_of(await log_in(browser, await api.person()))["max-age"] == "7200"


async def test_refresh_by_cookie_sets_the_next_cookie(api: Api) -> None:
    async with a_browser(api) as browser:
        first = cookie_of(await log_in(browser, await api.person()))
        refreshed = await send(browser, REFRESH, first["value"])
        second = cookie_of(refreshed)

        assert set(refreshed.json()) == {"access", "refresh"}
        assert refreshed.json()["refresh"] is None
        assert second == dict(first) | {"value": second["value"]}
        assert second["value"] not in {first["value"], ""}
        assert (await Person(api.client, refreshed.json()["access"]).get(PROFILE)).status_code == 200
        assert (await send(browser, REFRESH, second["value"])).status_code == 200


@pytest.mark.parametrize("body", [{}, {"refresh": None}, {"nonsense": 1}])
async def test_body_without_token_uses_the_cookie(api: Api, body: dict[str, Any]) -> None:
    async with a_browser(api) as browser:
        cookie = cookie_of(await log_in(browser, await api.person()))

        assert (await send(browser, REFRESH, cookie["value"], json=body)).status_code == 200


async def test_token_in_body_takes_precedence_over_cookie_and_is_returned_in_body(api: Api) -> None:
    person = await api.person()
    async with a_browser(api) as browser:
        cookie = cookie_of(await log_in(browser, person))
        refreshed = await send(browser, REFRESH, cookie["value"], origin=None, json={"refresh": person.refresh})

        assert refreshed.json()["refresh"]
        assert "set-cookie" not in refreshed.headers
        assert (await send(browser, REFRESH, cookie["value"])).status_code == 200


async def test_reused_cookie_ends_whole_login(api: Api) -> None:
    async with a_browser(api) as browser:
        first = cookie_of(await log_in(browser, await api.person()))
        second = cookie_of(await send(browser, REFRESH, first["value"]))

        problem(await send(browser, REFRESH, first["value"]), 401, "bad_refresh_token")
        problem(await send(browser, REFRESH, second["value"]), 401, "bad_refresh_token")


async def test_cookie_of_a_lost_response_is_set_again_by_the_same_attempt(api: Api) -> None:
    body = {"attempt": "0a6f7c5e-3a55-4d0a-9c4e"}
    async with a_browser(api) as browser:
        first = cookie_of(await log_in(browser, await api.person()))
        lost, repeated = [cookie_of(await send(browser, REFRESH, first["value"], json=body)) for _ in range(2)]
        short = await send(browser, REFRESH, repeated["value"], json={"attempt": "short"})

        assert repeated == lost
        assert list(problem(short, 400, "invalid")["errors"]) == ["attempt"]
        assert (await send(browser, REFRESH, repeated["value"])).status_code == 200


async def test_a_logout_by_cookie_ends_the_login_and_clears_the_cookie(api: Api) -> None:
    async with a_browser(api) as browser:
        login = await log_in(browser, await api.person())
        token = cookie_of(login)["value"]

        ended = await send(browser, LOGOUT, token)
        api.clock.advance(MEMORY_IS_OVER)

        assert (ended.status_code, ended.content) == (204, b"")
        cleared = cookie_of(ended)
        assert (cleared["value"], cleared["max-age"], cleared["path"]) == ("", "0", "/api/auth/")
        problem(await send(browser, REFRESH, token), 401, "bad_refresh_token")
        problem(await Person(api.client, body_of(login)["access"]).get(PROFILE), 401, "not_signed_in")


async def test_a_logout_everywhere_by_cookie_ends_every_login_and_clears_the_cookie(api: Api) -> None:
    person = await api.person()
    async with a_browser(api) as browser:
        token = cookie_of(await log_in(browser, person))["value"]

        ended = await send(browser, LOGOUT, token, json={"everywhere": True})

        assert cookie_of(ended)["max-age"] == "0"
        problem(await send(browser, REFRESH, token), 401, "bad_refresh_token")
    problem(await person.get(PROFILE), 401, "not_signed_in")


async def test_logout_by_cookie_of_ended_login_clears_cookie(api: Api) -> None:
    async with a_browser(api) as browser:
        assert cookie_of(await send(browser, LOGOUT, "never issued"))["max-age"] == "0"


@pytest.mark.parametrize(("path", "options"), [(REFRESH, {}), (LOGOUT, {"json": {"everywhere": True}})])
async def test_cookie_of_ended_login_is_refused_and_cleared(api: Api, path: str, options: dict[str, Any]) -> None:
    async with a_browser(api) as browser:
        token = cookie_of(await log_in(browser, await api.person()))["value"]
        await send(browser, LOGOUT, token)

        refused = await send(browser, path, token, **options)

        problem(refused, 401, "bad_refresh_token")
        cleared = cookie_of(refused)
        assert (cleared["value"], cleared["max-age"], cleared["path"]) == ("", "0", "/api/auth/")


async def test_bad_token_in_body_does_not_clear_cookie(api: Api) -> None:
    async with a_browser(api) as browser:
        token = cookie_of(await log_in(browser, await api.person()))["value"]

        refused = await send(browser, REFRESH, token, json={"refresh": "never issued"})

        problem(refused, 401, "bad_refresh_token")
        assert "set-cookie" not in refused.headers
        assert (await send(browser, REFRESH, token)).status_code == 200


@pytest.mark.parametrize("path", [REFRESH, LOGOUT])
@pytest.mark.parametrize("options", [{}, {"json": {}}, {"json": {"refresh": None}}])
async def test_request_without_any_refresh_token_is_refused(api: Api, path: str, options: dict[str, Any]) -> None:
    async with a_browser(api) as browser:
        for token in (None, ""):
            problem(await send(browser, path, token, **options), 401, "no_refresh_token")


@pytest.mark.parametrize("path", [REFRESH, LOGOUT])
@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "",
        "https://evil.example.org",
        "https://market.example.org.evil.example",
        "https://evil.example/market.example.org",
        "https://x@market.example.org",
        "https://market.example.org:8443",
        "https://market.example.org/",
        "https://[",
        "ftp://market.example.org",
        "market.example.org",
        "https://",
        ELSEWHERE,
    ],
)
async def test_cookie_is_refused_from_foreign_origins(api: Api, path: str, origin: str | None) -> None:
    async with a_browser(api) as browser:
        token = cookie_of(await log_in(browser, await api.person()))["value"]

        refused = await send(browser, path, token, origin=origin)

        assert token not in refused.text
        assert "set-cookie" not in refused.headers
        problem(refused, 403, "foreign_origin")
        assert (await send(browser, REFRESH, token)).status_code == 200


async def test_request_with_two_origins_is_refused(api: Api) -> None:
    async with a_browser(api) as browser:
        token = cookie_of(await log_in(browser, await api.person()))["value"]
        twice = [("Origin", SITE), ("Origin", SITE), ("Cookie", f"{NAME}={token}")]

        problem(await browser.post(REFRESH, headers=twice), 403, "foreign_origin")


@pytest.mark.parametrize(
    ("settings", "host", "origin", "is_taken"),
    [
        (SETTINGS, "localhost:3000", "http://localhost:3000", True),
        (SETTINGS, "192.168.0.7:8000", "http://192.168.0.7:8000", True),
        (SETTINGS, "localhost:8000", "http://localhost:3000", False),
        (SETTINGS, "market.example.org:80", "http://market.example.org", True),
        # a proxy terminates TLS, so the program receives plain HTTP
        (PRODUCTION, "market.example.org", "https://market.example.org", True),
        (PRODUCTION, "Market.Example.org:443", "https://market.example.org", True),
        (PRODUCTION, "market.example.org:8443", "https://market.example.org:8443", True),
        (PRODUCTION, "market.example.org", "http://market.example.org", False),
        (PRODUCTION, "localhost", "http://localhost", True),
        (PRODUCTION, "app.localhost:8080", "http://app.localhost:8080", True),
        (PRODUCTION, "127.0.0.1:8000", "http://127.0.0.1:8000", True),
        (PRODUCTION, "[::1]:8000", "http://[::1]:8000", True),
        (PRODUCTION, "192.168.0.7:8000", "http://192.168.0.7:8000", False),
        (replace(PRODUCTION, cors_origins=(ELSEWHERE,)), "api.example.org", ELSEWHERE, True),
        (replace(PRODUCTION, cors_origins=(ELSEWHERE,)), "api.example.org", "https://evil.example.org", False),
    ],
)
async def test_same_host_is_own_origin_regardless_of_proxy_scheme(
    settings: Any,
    host: str,
    origin: str,
    is_taken: bool,  # noqa: FBT001 - a column of the table
) -> None:
    async with open_api(settings) as api, a_browser(api, "http://inside") as browser:
        token = cookie_of(await log_in(browser, await api.person()))["value"]

        refreshed = await send(browser, REFRESH, token, origin=origin, headers={"Host": host})

        assert refreshed.status_code == (200 if is_taken else 403), refreshed.text


async def test_allowed_origin_can_read_the_response_and_get_the_cookie() -> None:
    async with (
        open_api(replace(SETTINGS, cors_origins=(ELSEWHERE,))) as api,
        a_browser(api, "https://api.example.org") as browser,
    ):
        token = cookie_of(await log_in(browser, await api.person()))["value"]
        refreshed = await send(browser, REFRESH, token, origin=ELSEWHERE)

        assert cookie_of(refreshed)["value"]
        assert refreshed.headers["access-control-allow-origin"] == ELSEWHERE
        assert refreshed.headers["access-control-allow-credentials"] == "true"


async def test_cookie_is_never_logged(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with a_browser(api) as browser:
            token = cookie_of(await log_in(browser, await api.person()))["value"]
            next_token = cookie_of(await send(browser, REFRESH, token))["value"]
            await send(browser, REFRESH, token)
            await send(browser, LOGOUT, next_token, origin="https://evil.example.org")

    assert token not in caplog.text
    assert next_token not in caplog.text
