"""Proving with a passkey that it is oneself, once a login was proved too long ago."""

from playwright.async_api import expect

from browser.accounts import account, age_logins
from browser.conftest import OpenPage
from browser.page_checks import findings_by_mode
from browser.virtual_authenticators import with_passkey
from postgres.servers import Server


async def test_passkey_confirms_its_person_before_it_is_removed(
    site: Server, open_page: OpenPage, database: str
) -> None:
    page, _ = await with_passkey(await account(site), open_page)
    await age_logins(database)
    await page.locator("#passkeys").get_by_role("button", name="Remove").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    await expect(page.get_by_role("heading", name="Confirm that it's you")).to_be_visible()
    assert await findings_by_mode(page, "passkeys-step-up", "[role=dialog]", is_dark_too=True) == []

    await page.get_by_role("button", name="Use a passkey").click()

    await expect(page.get_by_text("You have no passkeys yet.")).to_be_visible()
