"""Passkeys with Chromium's virtual authenticators."""

from playwright.async_api import Page, expect

from browser.accounts import account
from browser.conftest import OpenPage
from browser.page_checks import findings_by_mode, is_wider_than_the_window
from browser.virtual_authenticators import SECURITY, VirtualAuthenticator, with_passkey
from postgres.servers import Server

SIGN_IN = "Sign in with a passkey"


async def sign_out(page: Page) -> None:
    """End the login of a page, without leaving its authenticator."""
    await page.evaluate("() => { localStorage.clear(); }")
    await page.context.clear_cookies()


async def test_passkey_is_added_signs_in_is_renamed_and_removed(site: Server, open_page: OpenPage) -> None:
    person = await account(site)
    page, authenticator = await with_passkey(person, open_page)
    [credential] = await authenticator.credentials()
    assert (credential["isResidentCredential"], credential["rpId"]) == (True, "localhost")
    assert person.email not in credential["userHandle"]

    await sign_out(page)
    await page.goto("/login")
    await page.get_by_role("button", name=SIGN_IN).click()
    await page.wait_for_url(lambda url: not url.endswith("/login"))

    await page.goto(SECURITY)
    row = page.get_by_role("listitem").filter(has_text="last used")
    await expect(row.get_by_text("Chrome on")).to_be_visible()
    await row.get_by_role("button", name="Rename").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="Name").fill("My laptop")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("My laptop")).to_be_visible()

    await page.get_by_role("button", name="Remove My laptop").click()
    await expect(page.get_by_role("heading", name="Remove “My laptop”?")).to_be_visible()
    await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    await expect(page.get_by_text("You have no passkeys yet.")).to_be_visible()

    await sign_out(page)
    await page.goto("/login")
    await page.get_by_role("button", name=SIGN_IN).click()
    await expect(page.get_by_text("This passkey wasn't accepted.")).to_be_visible()


async def test_device_with_a_passkey_gets_no_second_one(site: Server, open_page: OpenPage) -> None:
    page, authenticator = await with_passkey(await account(site), open_page)

    await page.get_by_role("button", name="Add a passkey").click()

    await expect(page.get_by_text("already has a passkey for your account")).to_be_visible()
    assert len(await authenticator.credentials()) == 1


async def test_person_who_is_not_verified_is_not_signed_in(site: Server, open_page: OpenPage) -> None:
    page, authenticator = await with_passkey(await account(site), open_page)
    await sign_out(page)
    await authenticator.verify(verifies=False)
    await page.goto("/login")

    await page.get_by_role("button", name=SIGN_IN).click()

    # the browser ends the prompt itself, which says nothing alarming
    await expect(page.get_by_role("button", name=SIGN_IN)).not_to_have_attribute("aria-busy", "true")
    await expect(page.get_by_role("alert")).to_have_count(0)
    assert page.url.endswith("/login")
    await authenticator.verify(verifies=True)
    await page.get_by_role("button", name=SIGN_IN).click()
    await page.wait_for_url(lambda url: not url.endswith("/login"))


async def test_authenticator_without_verification_makes_no_passkey(site: Server, open_page: OpenPage) -> None:
    person, page = await account(site), await open_page("/")
    await person.sign_in(page)
    authenticator = await VirtualAuthenticator.of(page, verifies=False)
    await page.goto(SECURITY)

    await page.get_by_role("button", name="Add a passkey").click()

    await expect(page.get_by_text("No passkey was added.")).to_be_visible()
    assert await authenticator.credentials() == []


async def test_browser_without_passkeys_shows_nothing_broken(site: Server, open_page: OpenPage) -> None:
    person, page = await account(site), await open_page("/")
    await page.add_init_script("delete window.PublicKeyCredential")
    await page.goto("/login")
    await expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name=SIGN_IN)).to_have_count(0)

    await person.sign_in(page)
    await page.goto(SECURITY)

    await expect(page.get_by_text("This browser doesn't support passkeys.")).to_be_visible()
    await expect(page.get_by_role("button", name="Add a passkey")).to_have_count(0)


async def test_pages_with_passkeys_are_accessible(site: Server, open_page: OpenPage) -> None:
    found, person = [], await account(site)
    page, _ = await with_passkey(person, open_page, size="phone")
    found += await findings_by_mode(page, "passkeys-phone", "#passkeys", is_dark_too=True)
    assert not await is_wider_than_the_window(page)
    for name in ("Rename", "Remove"):
        await page.locator("#passkeys").get_by_role("button", name=name).click()
        found += await findings_by_mode(page, f"passkeys-{name.lower()}", "[role=dialog]", is_dark_too=True)
        await page.keyboard.press("Escape")
    await page.set_viewport_size({"width": 1440, "height": 900})
    found += await findings_by_mode(page, "passkeys-desktop", "#passkeys", is_dark_too=False)
    await sign_out(page)
    await page.goto("/login")
    await expect(page.get_by_role("button", name=SIGN_IN)).to_be_visible()
    found += await findings_by_mode(page, "passkeys-login", is_dark_too=True)
    assert found == []
