"""Signing in with another service: oidc-provider, whose pages are those of its demo."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pyotp
import pytest
from playwright.async_api import Page, expect

from browser.accounts import age_logins
from browser.conftest import DIST, OpenPage
from browser.page_checks import findings_by_mode, is_wider_than_the_window
from oidc_server import oidc_server
from ports import free_port
from postgres.servers import Server, becomes_true, servers

LABEL = "Continue with Example"


@pytest.fixture(scope="module")
def issuer_port() -> int:
    return free_port()


@pytest.fixture
def other_hosts(issuer_port: int) -> frozenset[str]:
    return frozenset({f"127.0.0.1:{issuer_port}"})


@pytest.fixture(scope="module")
async def site(database: str, issuer_port: int, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """Run the program with one provider, which answers only within `issuer`."""
    provider = {
        "oidc_providers": "example",
        "oidc_example_issuer": f"http://127.0.0.1:{issuer_port}",
        "oidc_example_client_id": "marketplace",
        "oidc_example_client_secret": "a secret: of the tests",
    }
    folder = tmp_path_factory.mktemp("site")
    async with servers(1, database, folder, frontend_dir=DIST, worker_inside="on", **provider) as (server,):
        yield server


@pytest.fixture
async def issuer(site: Server, issuer_port: int, tmp_path: Path) -> AsyncIterator[str]:
    redirect_uri = f"http://localhost:{site.port}/api/auth/oidc/example/callback/"
    async with oidc_server(redirect_uri, tmp_path / "oidc.log", issuer_port) as address:
        # it is asked again a while after it was away
        assert await becomes_true(lambda: is_offered(site), 60)
        yield address


def is_offered(site: Server) -> bool:
    listed = httpx.get(f"http://localhost:{site.port}/api/auth/oidc/", trust_env=False).json()
    return bool(listed[0]["is_available"])


async def sign_in_there(page: Page, login: str) -> None:
    await page.locator('input[name="login"]').fill(login)
    await page.locator('input[name="password"]').fill("any")
    await page.get_by_role("button", name=re.compile("Sign-in", re.IGNORECASE)).click()
    await page.get_by_role("button", name="Continue").click()


async def wrong_on(page: Page, name: str) -> Iterator[str] | list[str]:
    found = await findings_by_mode(page, name, is_dark_too=True)
    return found + ([f"{name} is wider than the window"] if await is_wider_than_the_window(page) else [])


async def test_service_that_is_away_says_so_and_answers_later(open_page: OpenPage) -> None:
    page = await open_page("/login", "phone")

    await expect(page.get_by_text("Example doesn't answer right now.")).to_be_visible()
    assert await wrong_on(page, "away") == []
    await page.get_by_role("button", name=LABEL).click()
    await expect(page.get_by_role("alert")).to_contain_text("Example doesn't answer right now.")


async def test_person_signs_in_comes_back_and_keeps_a_way_in(open_page: OpenPage, issuer: str) -> None:
    assert issuer
    page = await open_page("/login?next=%2Ffavourites", "phone")
    await page.get_by_role("button", name=LABEL).click()
    await sign_in_there(page, "grace@example.org")

    await page.wait_for_url("**/favourites")
    await page.goto(page.url.replace("/favourites", "/profile/security"))
    await expect(page.get_by_role("button", name="Set a password")).to_be_visible()
    await expect(page.get_by_text("grace@example.org").last).to_be_visible()
    assert await wrong_on(page, "connections") == []
    await page.get_by_role("button", name="Disconnect Example").click()
    await page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
    await expect(page.get_by_text("This is the only way to sign in to your account.")).to_be_visible()


async def test_person_without_a_password_confirms_at_the_service_that_it_is_them(
    open_page: OpenPage, issuer: str, database: str
) -> None:
    assert issuer
    page = await open_page("/login?next=%2Fprofile%2Fsecurity", "phone")
    await page.get_by_role("button", name=LABEL).click()
    await sign_in_there(page, "margaret@example.org")
    section = page.get_by_role("region", name="Two-step sign-in")
    await expect(section.get_by_role("button", name="Turn on")).to_be_visible()
    await age_logins(database)

    await section.get_by_role("button", name="Turn on").click()
    again = page.get_by_role("dialog").get_by_role("button", name="Sign in to Example again")
    await expect(again).to_be_visible()
    assert await wrong_on(page, "step-up-elsewhere") == []
    await again.click()
    await page.locator('input[name="login"]').fill("margaret@example.org")
    await page.locator('input[name="password"]').fill("any")
    await page.get_by_role("button", name=re.compile("Sign-in", re.IGNORECASE)).click()

    await expect(page.get_by_text("Confirmed. Now you can make your change.")).to_be_visible()
    await page.wait_for_url("**/profile/security")
    await section.get_by_role("button", name="Turn on").click()
    await expect(section.get_by_role("textbox", name="Secret")).to_be_visible()


async def test_person_who_is_not_believed_gets_a_sentence_and_a_way_back(open_page: OpenPage, issuer: str) -> None:
    assert issuer
    page = await open_page("/register?next=%2Ffavourites")
    await page.get_by_role("button", name=LABEL).click()
    await sign_in_there(page, "unverified@example.org")

    await expect(page.get_by_role("alert")).to_contain_text("Example doesn't confirm your email address.")
    assert await wrong_on(page, "refused") == []
    # another browser, which the issuer does not know yet
    page = await open_page("/login?next=%2Ffavourites")
    await page.get_by_role("button", name=LABEL).click()
    await page.wait_for_url(f"{issuer}/**")
    await page.get_by_role("link", name=re.compile("Cancel", re.IGNORECASE)).click()
    await expect(page.get_by_role("alert")).to_contain_text("You stopped signing in with Example.")
    assert "next=%2Ffavourites" in page.url


async def test_person_with_two_step_sign_in_is_asked_for_a_code_after_the_service(
    open_page: OpenPage, issuer: str
) -> None:
    assert issuer
    page = await open_page("/login?next=%2Fprofile%2Fsecurity", "phone")
    await page.get_by_role("button", name=LABEL).click()
    await sign_in_there(page, "hedy@example.org")
    section = page.get_by_role("region", name="Two-step sign-in")
    await section.get_by_role("button", name="Turn on").click()
    app = pyotp.TOTP((await section.get_by_role("textbox", name="Secret").input_value()).replace(" ", ""))
    await section.get_by_role("textbox", name="Code").fill(app.now())
    await page.keyboard.press("Enter")
    recovery_code = await section.get_by_role("listitem").first.inner_text()

    # another browser, which the issuer does not know yet
    page = await open_page("/login?next=%2Ffavourites", "phone")
    await page.get_by_role("button", name=LABEL).click()
    await sign_in_there(page, "hedy@example.org")
    code = page.get_by_role("textbox", name="Code")
    await expect(code).to_be_focused()
    assert await wrong_on(page, "second-step") == []
    await code.fill("000000")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("This code isn't right")
    await code.fill(recovery_code)
    await page.keyboard.press("Enter")

    await page.wait_for_url("**/favourites")
    assert "challenge" not in page.url
