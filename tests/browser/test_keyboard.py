"""The same journey by keyboard alone: every control is reachable, focus moves as expected, dialogs return it."""

import re
from typing import Literal

from playwright.async_api import Locator, Page, expect

from browser.accounts import PASSWORD, account, expect_text, free_starts, scheduled_session
from browser.conftest import OpenPage
from postgres.servers import Server

MAX_STEPS = 150


async def tab_to(page: Page, control: Locator) -> None:
    """Press Tab until this control has the focus, which must be visible."""
    for _ in range(MAX_STEPS):
        await page.keyboard.press("Tab")
        if await control.evaluate("each => each === document.activeElement"):
            assert await control.evaluate("each => each.matches(':focus-visible')")
            return
    raise AssertionError(f"{control} is not reached by Tab")


async def test_first_tab_stop_is_the_skip_link(open_page: OpenPage) -> None:
    page = await open_page("/")
    await expect(page.get_by_role("searchbox").first).to_be_visible()
    await page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    await expect(skip).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    inside = await page.evaluate("document.querySelector('main').contains(document.activeElement)")
    assert inside


async def test_static_page_takes_no_focus_before_application_loads(open_page: OpenPage) -> None:
    page = await open_page("/")
    await page.route(re.compile(r"/assets/index-.*\.js"), lambda route: route.abort())
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.get_by_role("searchbox")).to_have_count(0)
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement === document.body")


async def test_seat_is_booked_and_cancelled_by_keyboard(site: Server, open_page: OpenPage) -> None:
    creator, learner = await account(site, "creator"), await account(site)
    published = await scheduled_session(creator)
    assert await free_starts(creator, published["id"])
    page = await open_page("/")
    await learner.sign_in(page)
    await page.goto(f"/sessions/{published['id']}")

    day = page.get_by_role("button", name=re.compile(r"\d free times?$")).first
    await expect(day).to_be_visible()
    await tab_to(page, page.locator("[role=grid] button[tabindex='0'], table button[tabindex='0']").first)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("radio").first).to_be_visible()
    await tab_to(page, page.get_by_role("radio").first)
    await page.keyboard.press("Space")
    await tab_to(page, page.get_by_role("button", name="Book", exact=True))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="You're booked")).to_be_visible()

    await page.goto("/dashboard")
    cancel = page.get_by_role("button", name=f"Cancel booking of “{published['title']}”")
    await expect(cancel).to_be_visible()
    await tab_to(page, cancel)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(cancel).to_be_focused()
    await page.keyboard.press("Enter")
    await tab_to(page, page.get_by_role("dialog").get_by_role("button", name=re.compile("^Cancel")).last)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    assert [one["status"] for one in await learner.call_api("GET", "/api/bookings/")] == ["cancelled"]


async def fill(page: Page, label: str, text: str) -> None:
    """Tab to the field with this label and replace its content."""
    await tab_to(page, page.get_by_role("textbox", name=label, exact=True).or_(page.get_by_label(label)).first)
    await page.keyboard.press("Control+a")
    await page.keyboard.type(text)


async def choose(page: Page, name: str) -> None:
    """Tab to the group of this radio button and select it with the arrow keys."""
    radio = page.get_by_role("radio", name=name)
    for _ in range(MAX_STEPS):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.matches('[type=radio], [role=radio]')"):
            break
    await page.keyboard.press("Space")
    for _ in range(MAX_STEPS):
        if await radio.is_checked():
            return
        await page.keyboard.press("ArrowDown")
    raise AssertionError(f"{name} is not chosen by arrows")


async def press(page: Page, role: Literal["button", "link"], name: str) -> None:
    await tab_to(page, page.get_by_role(role, name=name).first)
    await page.keyboard.press("Enter")


async def test_creator_registers_and_creates_session_by_keyboard(open_page: OpenPage) -> None:
    page = await open_page("/register")
    await expect(page.get_by_role("radio").first).to_be_attached()
    await choose(page, "I want to teach")
    await fill(page, "Username", "keys.alone")
    await fill(page, "Email", "keys.alone@example.com")
    await fill(page, "Password", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda address: "/register" not in address)
    await page.get_by_role("link", name="New session").first.wait_for()
    await press(page, "link", "New session")
    await page.get_by_label("Title").wait_for()
    await fill(page, "Title", "Knots without a mouse")
    await fill(page, "Description", "Rope, and ten fingers.")
    await fill(page, "Price per seat", "19.50")
    await press(page, "button", "Save and set times")
    await expect_text(page, "Saved. Now set its times.")
    await choose(page, "At set times")
    await press(page, "button", "Save and publish")
    await expect_text(page, "Saved and published in the catalog.")


async def test_learner_signs_in_and_reschedules_booking_by_keyboard(site: Server, open_page: OpenPage) -> None:
    creator, learner = await account(site, "creator"), await account(site)
    published = await scheduled_session(creator)
    first, *_ = await free_starts(creator, published["id"])
    await learner.call_api("POST", "/api/bookings/", session=published["id"], booking_date=first)
    page = await open_page("/login?next=%2Fdashboard")
    await page.get_by_role("textbox", name="Email").wait_for()
    await fill(page, "Email", learner.email)
    await fill(page, "Password", PASSWORD)
    await page.keyboard.press("Enter")
    move = page.get_by_role("button", name=f"Reschedule “{published['title']}”")
    await move.wait_for()
    await press(page, "button", f"Reschedule “{published['title']}”")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("radio").first).to_be_attached()
    await tab_to(page, dialog.locator("[role=grid] button[tabindex='0'], table button[tabindex='0']").first)
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    await tab_to(page, dialog.get_by_role("radio").first)
    await page.keyboard.press("Space")
    await tab_to(page, dialog.get_by_role("button", name=re.compile("^(Move|Reschedule|Ask)")).last)
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    (booked,) = await learner.call_api("GET", "/api/bookings/?status=confirmed")
    assert booked["booking_date"] != first
