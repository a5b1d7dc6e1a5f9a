"""Mailed links, from the mail to the page whose button uses them."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, Route, expect

from browser.accounts import account, fill_sign_in
from browser.conftest import DIST, OpenPage
from browser.page_checks import findings_by_mode, is_wider_than_the_window
from postgres.servers import Server, servers

NEW_PASSWORD = "a staple of batteries"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
async def site(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """Run a program that keeps mail in the inbox, and requires a verified address to book."""
    folder = tmp_path_factory.mktemp("site")
    changes = {"worker_inside": "on", "inbox": "on", "verify_email": "booking"}
    async with servers(1, database, folder, frontend_dir=DIST, **changes) as (server,):
        yield server


async def link_in_newest_mail(site: Server, recipient: str, path: str) -> str:
    """Wait for a mail with a link to this page, and return the link without its host."""
    for _ in range(300):
        for mail in (await site.client.get("/api/inbox/")).json():
            if recipient in mail["recipient"]:
                text = (await site.client.get(f"/api/inbox/{mail['id']}/")).json()["text"]
                found = re.search(rf"{path}#[\w-]+", text)
                if found:
                    return found[0]
        await asyncio.sleep(0.2)
    raise AssertionError(f"No mail to {recipient} has a link to {path}.")


async def check(page: Page, name: str) -> None:
    assert await findings_by_mode(page, name, is_dark_too=True) == []
    assert not await is_wider_than_the_window(page)


async def test_person_verifies_their_address_with_the_mailed_link(site: Server, open_page: OpenPage) -> None:
    person = await account(site)
    page = await open_page("/", "phone")
    await person.sign_in(page)
    link = await link_in_newest_mail(site, person.email, "/verify-email")
    await page.goto("/profile")
    await expect(page.get_by_text(f"Verify {person.email} to get messages")).to_be_visible()
    await check(page, "profile-unverified-phone")

    await page.goto(link)
    await check(page, "verify-email-phone")
    await page.get_by_role("button", name="Verify email").press("Enter")
    await expect(page.get_by_role("heading", name="Email verified")).to_be_visible()
    await check(page, "verify-email-done-phone")
    await expect(page.get_by_text("to get messages")).to_be_hidden()

    await page.goto("/")
    await page.goto(link)
    await page.get_by_role("button", name="Verify email").click()
    await expect(page.get_by_role("heading", name="Email verified")).to_be_visible()


async def test_person_stays_signed_in_although_pages_are_left_while_they_renew_the_login(
    site: Server, open_page: OpenPage
) -> None:
    person = await account(site)
    page = await open_page("/")
    await person.sign_in(page)
    context = page.context

    async def use_up(route: Route) -> None:
        """Let the server use the refresh token up, but the browser never see the response."""
        request = route.request
        headers = {"Origin": f"http://127.0.0.1:{site.port}", "Cookie": (await request.all_headers())["cookie"]}
        used = await site.client.post("/api/auth/refresh/", content=request.post_data, headers=headers | JSON)
        assert used.is_success, used.text
        await route.abort()

    await context.route("**/api/auth/refresh/", use_up, times=1)
    await page.goto("/")
    await page.wait_for_timeout(300)
    await page.goto("/profile")
    await expect(page.get_by_role("heading", name="Profile", exact=True)).to_be_visible()


async def test_used_link_says_so_and_sends_another_to_its_unverified_owner(site: Server, open_page: OpenPage) -> None:
    person = await account(site)
    page = await open_page("/")
    await person.sign_in(page)
    await page.goto("/verify-email#a-token-that-never-was")
    await page.get_by_role("button", name="Verify email").click()
    await expect(page.get_by_role("heading", name="This link doesn't work anymore")).to_be_visible()
    await check(page, "verify-email-dead-desktop")

    await page.get_by_role("button", name="Send link").click()
    await expect(page.get_by_text(f"We've sent a link to {person.email}")).to_be_visible()


async def test_forgotten_password_is_set_with_the_mailed_link(site: Server, open_page: OpenPage) -> None:
    person = await account(site)
    page = await open_page("/login", "phone")
    await page.get_by_role("link", name="Forgot password?").click()
    await check(page, "forgot-password-phone")
    await page.get_by_role("textbox", name="Email").fill(person.email)
    await page.get_by_role("button", name="Send link").click()
    await expect(page.get_by_role("heading", name="Check your email")).to_be_visible()
    await check(page, "forgot-password-sent-phone")

    await page.goto(await link_in_newest_mail(site, person.email, "/reset-password"))
    await page.get_by_role("textbox", name="New password").fill(NEW_PASSWORD)
    await page.get_by_role("button", name="Set password").click()
    await expect(page.get_by_role("heading", name="Your password is set")).to_be_visible()

    await page.goto("/login")
    await fill_sign_in(page, person.email, NEW_PASSWORD)
    await page.wait_for_url("**/")
    await page.goto("/profile")
    await expect(page.get_by_role("heading", name="Profile", exact=True)).to_be_visible()
    await expect(page.get_by_text("to get messages")).to_have_count(0)


async def test_another_device_is_signed_out_from_a_link_in_an_older_mail(site: Server, open_page: OpenPage) -> None:
    person = await account(site, time_zone=None)
    page, other = await open_page("/"), await open_page("/")
    await person.sign_in(page)
    await person.sign_in(other)
    await page.goto("/profile#devices")
    await page.wait_for_url("**/profile/security#devices")
    devices = page.get_by_role("region", name="Devices")
    await expect(devices.get_by_text("This device")).to_be_visible()
    before = await devices.get_by_role("listitem").count()
    await devices.get_by_role("button", name="Sign out on").first.click()
    await expect(devices.get_by_role("listitem")).to_have_count(before - 1)
    await check(page, "security-devices-desktop")
