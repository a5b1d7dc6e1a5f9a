"""A visitor books before they have an account."""

import re

from playwright.async_api import expect

from browser.accounts import PASSWORD, account, fresh, scheduled_session
from browser.conftest import OpenPage
from browser.page_checks import findings
from postgres.servers import Server


async def test_visitor_creates_an_account_over_the_booking_which_is_then_made(
    site: Server, open_page: OpenPage
) -> None:
    creator = await account(site, "creator", "Elena")
    title = fresh("Bread on the way ")
    session = await scheduled_session(creator, title=title)
    page = await open_page(f"/sessions/{session['id']}", "phone")

    await page.get_by_role("button", name="Choose a time").click()
    sheet = page.get_by_role("dialog")
    await sheet.get_by_role("radio").first.check(force=True)
    await sheet.get_by_role("button", name="Book", exact=True).click()
    dialog = page.get_by_role("dialog", name="Sign in to book")
    await expect(dialog.get_by_role("region", name="What you're booking")).to_contain_text(title)
    await dialog.get_by_role("button", name="Create account", exact=True).click()
    dialog = page.get_by_role("dialog", name="Create an account to book")
    await expect(dialog.get_by_role("textbox", name="Name")).to_be_focused()
    assert await findings(page, "dialog-register", "[role=dialog]") == []

    await dialog.get_by_role("textbox", name="Name").fill("Nina van der Meer")
    await dialog.get_by_role("textbox", name="Email").fill(f"{fresh('nina')}@example.org")
    await dialog.get_by_role("textbox", name="Password", exact=True).fill(PASSWORD)
    await dialog.get_by_role("button", name="Create account and book").click()
    await expect(page.get_by_role("heading", name="You're booked")).to_be_visible()

    await page.goto("/profile")
    await expect(page.get_by_role("textbox", name="Username")).to_have_value(re.compile(r"^nina\.van\.der\.meer"))
    [booking] = await creator.call_api("GET", "/api/bookings/creator_bookings/")
    assert (booking["session"], booking["user_details"]["last_name"]) == (session["id"], "van der Meer")
