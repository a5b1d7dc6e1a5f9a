"""The same journey by keyboard alone: every control is reachable, focus moves as expected, dialogs return it."""

import re
from typing import Literal

from playwright.async_api import Locator, Page, expect

from browser.accounts import PASSWORD, account, expect_text, free_starts, fresh, scheduled_session
from browser.conftest import OpenPage
from postgres.servers import Server

MAX_STEPS = 150


async def tab_to(page: Page, control: Locator) -> None:
    """Press Tab until this control has the focus, which must be visible. Waits until it can be used."""
    await tab_until(page, control, "each => each === document.activeElement")
    assert await control.evaluate("each => each.matches(':focus-visible')")


async def tab_until(page: Page, control: Locator, reached: str) -> None:
    """Press Tab until this JavaScript about a control is true. Waits until the control can be used."""
    await expect(control).to_be_visible()
    await expect(control).to_be_enabled()
    for _ in range(MAX_STEPS):
        await page.keyboard.press("Tab")
        if await control.evaluate(reached):
            return
    raise AssertionError(f"{control} is not reached by Tab")


async def test_first_tab_stop_is_the_skip_link(open_page: OpenPage) -> None:
    page = await open_page("/")
    await expect(page.get_by_role("combobox").first).to_be_visible()
    await page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    await expect(skip).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.locator("main :focus")).to_have_count(1)


async def test_static_page_takes_no_focus_before_application_loads(open_page: OpenPage) -> None:
    page = await open_page("/")
    await page.route(re.compile(r"/assets/index-.*\.js"), lambda route: route.abort())
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.get_by_role("combobox")).to_have_count(0)
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement === document.body")


async def test_seat_is_booked_and_cancelled_by_keyboard(site: Server, open_page: OpenPage) -> None:
    creator, learner = await account(site, "creator"), await account(site)
    published = await scheduled_session(creator)
    assert await free_starts(creator, published["id"])
    page = await open_page("/")
    await learner.sign_in(page)
    await page.goto(f"/sessions/{published['id']}")

    await expect(page.get_by_role("radio").first).to_be_visible()
    await press(page, "button", "All dates")
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
    field = page.get_by_role("textbox", name=label, exact=True).or_(page.get_by_label(label)).first
    await tab_to(page, field)
    await page.keyboard.press("Control+a")
    await page.keyboard.type(text)
    await expect(field).to_have_value(text)


async def choose(page: Page, name: str) -> None:
    """Tab to the group of this radio button and select it with the arrow keys."""
    radio = page.get_by_role("radio", name=name)
    await tab_until(page, radio, "each => document.activeElement.name === each.name")
    await page.keyboard.press("Space")
    for _ in range(await page.get_by_role("radio").count()):
        if await radio.evaluate("each => each === document.activeElement"):
            break
        await page.keyboard.press("ArrowDown")
    await expect(radio).to_be_checked()


async def press(page: Page, role: Literal["button", "link"], name: str) -> None:
    await tab_to(page, page.get_by_role(role, name=name).first)
    await page.keyboard.press("Enter")


async def test_creator_registers_and_creates_session_by_keyboard(open_page: OpenPage) -> None:
    page = await open_page("/register")
    await expect(page.get_by_role("radio").first).to_be_attached()
    await choose(page, "I want to teach")
    await fill(page, "Email", f"{fresh('keys.alone')}@example.com")
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
    await choose(page, "A class at fixed starts")
    await tab_to(page, page.get_by_role("checkbox", name="Tuesday"))
    await page.keyboard.press("Space")
    await fill(page, "Start 1", "18:00")
    await press(page, "button", "Save and publish")
    await expect_text(page, "Saved and published in the catalog.")


async def page_with_toast(site: Server, open_page: OpenPage) -> tuple[Page, Locator]:
    """Save a profile. Return the page with its toast, which the pointer keeps open, and the last link."""
    page = await open_page("/")
    await (await account(site)).sign_in(page)
    await page.goto("/profile")
    await page.get_by_label("Last name").fill("Lovelace")
    await page.get_by_role("button", name="Save").first.click()
    await page.get_by_role("listitem").filter(has_text="Saved.").hover()
    return page, page.get_by_role("contentinfo").get_by_role("link").last


async def test_tab_goes_past_a_toast(site: Server, open_page: OpenPage) -> None:
    page, last_link = await page_with_toast(site, open_page)
    toast = page.get_by_role("listitem").filter(has_text="Saved.")
    await last_link.focus()
    await page.keyboard.press("Tab")
    await expect(toast).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(toast).not_to_be_focused()
    await expect(last_link).not_to_be_focused()
    await tab_to(page, page.get_by_label("Last name"))
    await expect(toast).to_be_visible()


async def test_focus_returns_from_a_toast_that_closes(site: Server, open_page: OpenPage) -> None:
    page, last_link = await page_with_toast(site, open_page)
    await last_link.focus()
    await page.keyboard.press("Tab")
    toast = page.get_by_role("listitem").filter(has_text="Saved.")
    await expect(toast).to_be_focused()
    await page.mouse.move(0, 0)
    await expect(toast).to_have_count(0)
    await expect(last_link).to_be_focused()


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
    day = dialog.locator("button:focus")
    shown = await day.get_attribute("aria-label") or ""
    await page.keyboard.press("ArrowRight")
    await expect(day).not_to_have_attribute("aria-label", shown)
    await page.keyboard.press("Enter")
    await tab_to(page, dialog.get_by_role("radio").first)
    await page.keyboard.press("Space")
    await tab_to(page, dialog.get_by_role("button", name=re.compile("^(Move|Reschedule|Ask)")).last)
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    (booked,) = await learner.call_api("GET", "/api/bookings/?status=confirmed")
    assert booked["booking_date"] != first
