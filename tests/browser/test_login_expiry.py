"""A login that expires while its user is on a page."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from browser.accounts import account, fill_sign_in
from browser.conftest import DIST, OpenPage
from postgres.servers import Server, servers

LIFE_OF_ACCESS = 2
"""Seconds."""


@pytest.fixture(scope="module")
async def site(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """Run a program whose access tokens expire within seconds."""
    folder = tmp_path_factory.mktemp("site")
    async with servers(1, database, folder, frontend_dir=DIST, access_token_ttl=LIFE_OF_ACCESS) as (server,):
        yield server


async def test_access_token_expiring_mid_form_is_refreshed_silently(site: Server, open_page: OpenPage) -> None:
    person = await account(site, time_zone=None)
    page = await open_page()
    await person.sign_in(page)
    await page.goto("/profile")
    await page.get_by_label("Last name").fill("Lovelace")
    await page.wait_for_timeout(1000 * LIFE_OF_ACCESS + 500)
    await page.get_by_role("button", name="Save").first.click()
    await expect(page.get_by_text("Saved.").first).to_be_visible()
    await page.reload()
    await expect(page.get_by_label("Last name")).to_have_value("Lovelace")


async def test_user_signed_out_mid_form_signs_in_and_submits_typed_values(site: Server, open_page: OpenPage) -> None:
    person = await account(site, time_zone=None)
    page = await open_page()
    await person.sign_in(page)
    await page.goto("/profile")
    await page.get_by_label("Last name").fill("Byron")
    await page.context.clear_cookies()
    await page.wait_for_timeout(1000 * LIFE_OF_ACCESS + 500)
    await page.get_by_role("button", name="Save").first.click()
    dialog = page.get_by_role("dialog", name="Sign in to continue")
    await expect(dialog).to_be_visible()
    await fill_sign_in(page, person.email)
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_label("Last name")).to_have_value("Byron")
    await page.get_by_role("button", name="Save").first.click()
    await expect(page.get_by_text("Saved.").first).to_be_visible()


async def test_signing_out_in_one_tab_signs_out_the_other(site: Server, open_page: OpenPage) -> None:
    person = await account(site, time_zone=None)
    page = await open_page()
    await person.sign_in(page)
    await page.goto("/")
    other_tab = await open_page("/dashboard", same_person_as=page)
    await expect(other_tab.get_by_role("heading", name="My bookings")).to_be_visible()
    await page.get_by_role("button", name=f"{person.name}'s account").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    await expect(
        other_tab.get_by_role("link", name="Sign in").or_(other_tab.get_by_role("button", name="Sign in")).first
    ).to_be_visible()


async def test_tabs_refreshing_concurrently_stay_signed_in(site: Server, open_page: OpenPage) -> None:
    person = await account(site, time_zone=None)
    page = await open_page()
    await person.sign_in(page)
    await page.goto("/")
    tabs = [page, *[await open_page("/dashboard", same_person_as=page) for _ in range(3)]]
    for _ in range(2):
        await page.wait_for_timeout(1000 * LIFE_OF_ACCESS + 500)
        for tab in tabs:
            await tab.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
            await tab.goto("/profile", wait_until="commit")
    for tab in tabs:
        await expect(tab.get_by_label("Last name")).to_be_visible()
