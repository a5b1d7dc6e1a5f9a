"""Creating, using and revoking API keys on the page of sign-in and security, and as staff."""

import re

from playwright.async_api import Locator, Page, expect

from browser.accounts import account
from browser.conftest import OpenPage
from browser.page_checks import findings_by_mode, is_wider_than_the_window
from browser.staff import staff_member
from postgres.servers import Server

SECURITY = "/profile/security#api-keys"
READ, SESSIONS = re.compile("^Read"), re.compile("^Sessions")


def section(page: Page) -> Locator:
    return page.get_by_role("region", name="API keys")


async def dialog_is_accessible(page: Page, picture: str) -> None:
    assert await findings_by_mode(page, picture, "[role=dialog]", is_dark_too=True) == []
    assert not await is_wider_than_the_window(page)


async def test_key_is_created_shown_once_used_and_revoked(site: Server, open_page: OpenPage) -> None:
    creator = await account(site, "creator")
    page = await open_page("/", "phone")
    await creator.sign_in(page)
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.goto(SECURITY)
    await expect(section(page).get_by_text("You have no API keys.")).to_be_visible()
    assert await findings_by_mode(page, "api-keys-none-phone", is_dark_too=True) == []

    await section(page).get_by_role("button", name="Create an API key").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("checkbox", name=READ).click()
    await dialog.get_by_role("button", name="Create key").click()
    await expect(dialog.get_by_text("Give the key a name.")).to_be_visible()
    await expect(dialog.get_by_text("Choose at least one.")).to_be_visible()
    await dialog_is_accessible(page, "dialog-new-api-key-phone")
    await dialog.get_by_label("Name").fill("Calendar sync")
    await dialog.get_by_role("checkbox", name=READ).click()
    await dialog.get_by_role("checkbox", name=SESSIONS).click()
    await dialog.get_by_label("Expires").select_option("In 365 days")
    await dialog.get_by_role("button", name="Create key").click()

    secret = await dialog.get_by_label("API key").input_value()
    assert re.fullmatch("mkt_[0-9A-Za-z]{49}", secret)
    await dialog_is_accessible(page, "dialog-created-api-key-phone")
    await dialog.get_by_role("button", name="Copy", exact=True).click()
    await expect(dialog.get_by_role("button", name="Copied", exact=True)).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == secret
    await dialog.get_by_role("button", name="I have copied it").click()
    await expect(section(page).get_by_role("listitem")).to_contain_text(f"Starts with {secret[:8]}…")
    await expect(section(page).get_by_role("listitem")).to_contain_text("Never used")
    assert secret not in await page.content()

    headers = {"Authorization": f"Bearer {secret}"}
    assert (await site.client.get("/api/auth/profile/", headers=headers)).json()["email"] == creator.email
    await page.reload()
    await expect(section(page).get_by_role("listitem")).to_contain_text("Last used")
    assert await findings_by_mode(page, "api-keys-phone", is_dark_too=True) == []

    await section(page).get_by_role("button", name="Revoke Calendar sync").click()
    await dialog_is_accessible(page, "dialog-revoke-api-key-phone")
    await dialog.get_by_role("button", name="Revoke", exact=True).click()
    await expect(page.get_by_text("Key revoked.")).to_be_visible()
    await expect(section(page).get_by_role("listitem")).to_contain_text("Revoked")
    await expect(section(page).get_by_role("button", name="Revoke Calendar sync")).to_be_hidden()
    assert (await site.client.get("/api/auth/profile/", headers=headers)).status_code == 401


async def test_learner_is_offered_no_scope_of_creators_and_told_of_the_bound(site: Server, open_page: OpenPage) -> None:
    learner = await account(site)
    for number in range(20):
        await learner.call_api("POST", "/api/auth/api-keys/", name=f"Key {number}", scopes=["read"])
    page = await open_page("/", "desktop")
    await learner.sign_in(page)
    await page.goto(SECURITY)
    await expect(section(page).get_by_role("listitem")).to_have_count(20)
    assert await findings_by_mode(page, "api-keys-many-desktop", is_dark_too=False) == []

    await section(page).get_by_role("button", name="Create an API key").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("checkbox")).to_have_count(3)
    await dialog.get_by_label("Name").fill("One too many")
    await dialog.get_by_role("button", name="Create key").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("maximum number of API keys")


async def test_staff_revoke_a_key_of_a_user(site: Server, database: str, open_page: OpenPage) -> None:
    staff, learner = await staff_member(site, database), await account(site)
    created = await learner.call_api("POST", "/api/auth/api-keys/", name="Calendar sync", scopes=["read"])
    user = await learner.call_api("GET", "/api/auth/profile/")
    page = await open_page("/", "desktop")
    await staff.sign_in(page)
    await page.goto(f"/admin/users/{user['id']}")
    await expect(section(page)).to_contain_text(created["start"])
    assert await findings_by_mode(page, "admin-user-api-keys-desktop", is_dark_too=True) == []

    await section(page).get_by_role("button", name="Revoke Calendar sync").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox").fill("Found in a public repository.")
    await dialog.get_by_role("button", name="Revoke", exact=True).click()

    await expect(page.get_by_text("API key revoked.")).to_be_visible()
    await expect(section(page).get_by_text("Revoked")).to_be_visible()
