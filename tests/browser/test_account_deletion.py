"""Deleting one's account in the profile."""

from playwright.async_api import Page, expect

from browser.accounts import PASSWORD, Account, account, fill_sign_in, scheduled_session
from browser.conftest import OpenPage
from browser.page_checks import findings_by_mode, is_wider_than_the_window
from postgres.servers import Server


async def open_dialog(person: Account, page: Page) -> None:
    await person.sign_in(page)
    await page.goto("/profile#delete")
    await page.get_by_role("region", name="Delete account").get_by_role("button", name="Delete account").click()
    await expect(page.get_by_role("dialog").get_by_text("This is final")).to_be_visible()


async def delete(page: Page, password: str) -> None:
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="Current password").fill(password)
    await dialog.get_by_role("button", name="Delete account").click()


async def test_deleted_account_is_signed_out_and_the_front_page_says_so(site: Server, open_page: OpenPage) -> None:
    creator = await account(site, role="creator")
    session = await scheduled_session(creator)
    page = await open_page("/", "phone")
    await open_dialog(creator, page)
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("Your sessions leave the catalog.")).to_be_visible()
    assert await findings_by_mode(page, "delete-account-phone", is_dark_too=True) == []
    assert not await is_wider_than_the_window(page)
    async with page.expect_download() as copy:
        await dialog.get_by_role("button", name="Download your data").click()
    assert (await copy.value).suggested_filename.startswith("marketplace-data-")

    await delete(page, "not the password")
    await expect(dialog.get_by_text("This isn't your current password.")).to_be_visible()
    assert await findings_by_mode(page, "delete-account-wrong-phone", is_dark_too=False) == []
    await delete(page, PASSWORD)
    await page.wait_for_url("**/")
    await expect(page.get_by_text("Your account was deleted.")).to_be_visible()
    assert await findings_by_mode(page, "delete-account-done-phone", is_dark_too=False) == []

    await page.goto(f"/sessions/{session['id']}")
    await expect(page.get_by_role("heading", name="Session not found")).to_be_visible()
    await page.goto("/login")
    await fill_sign_in(page, creator.email)
    await expect(page.get_by_text("Incorrect email or password.")).to_be_visible()


async def test_upcoming_bookings_are_cancelled_before_the_account_is_deleted(site: Server, open_page: OpenPage) -> None:
    creator, learner = await account(site, role="creator"), await account(site)
    session = await scheduled_session(creator)
    slots = await learner.call_api("GET", f"/api/sessions/{session['id']}/slots/")
    await learner.call_api("POST", "/api/bookings/", session=session["id"], booking_date=slots[-1]["starts_at"])
    page = await open_page("/")
    await open_dialog(learner, page)
    await delete(page, PASSWORD)
    await expect(page.get_by_text("You still have upcoming bookings. Cancel them first.")).to_be_visible()
    assert await findings_by_mode(page, "delete-account-booked-desktop", is_dark_too=True) == []

    await page.get_by_role("link", name="See your bookings").click()
    await page.wait_for_url("**/dashboard**")
    await expect(page.get_by_text(session["title"]).first).to_be_visible()
