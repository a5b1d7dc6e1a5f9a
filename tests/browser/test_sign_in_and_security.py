"""The page on which people manage how they sign in."""

from playwright.async_api import expect

from browser.accounts import PASSWORD, account, fill_sign_in
from browser.conftest import OpenPage
from postgres.servers import Server

NEW_PASSWORD = "a kettle on the balcony"


async def test_profile_leads_to_the_page_where_the_password_is_changed(site: Server, open_page: OpenPage) -> None:
    person = await account(site, time_zone=None)
    page = await open_page("/", "phone")
    await person.sign_in(page)
    await page.goto("/profile")
    await page.get_by_role("link", name="Manage sign-in and security").click()
    await expect(page.get_by_role("heading", name="Sign-in and security", level=1)).to_be_visible()
    await page.get_by_label("Current password").fill(PASSWORD)
    await page.get_by_role("textbox", name="New password").fill(NEW_PASSWORD)
    await page.get_by_role("button", name="Change password").click()
    await expect(page.get_by_text("Password changed.")).to_be_visible()
    await page.get_by_role("link", name="Profile", exact=True).first.click()
    await expect(page.get_by_role("heading", name="Profile", level=1)).to_be_visible()

    await page.goto("/profile#password")
    await page.wait_for_url("**/profile/security#password")
    await page.get_by_role("button", name="Sign out everywhere").click()
    async with page.expect_response("**/api/auth/logout*"):
        await page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
    await page.wait_for_url("**/")
    await page.goto("/login")
    await fill_sign_in(page, person.email, NEW_PASSWORD)
    await page.wait_for_url("**/")
