"""The same by keys alone: every control is reached, focus is where one expects it, dialogs give it back."""

import re

from playwright.async_api import Locator, Page, expect

from browser.conftest import OpenPage
from browser.people import account, free_starts, scheduled_session
from postgres.servers import Server

STEPS_MOST = 80


async def tab_to(page: Page, control: Locator) -> None:
    """Go on from control to control until this one has the focus, which must be seen."""
    for _ in range(STEPS_MOST):
        await page.keyboard.press("Tab")
        if await control.evaluate("each => each === document.activeElement"):
            assert await control.evaluate("each => each.matches(':focus-visible')")
            return
    raise AssertionError(f"{control} is not reached by Tab")


async def test_the_first_tab_offers_to_skip_to_the_content(open_page: OpenPage) -> None:
    page = await open_page("/")
    await expect(page.get_by_role("searchbox").first).to_be_visible()
    await page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    await expect(skip).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    inside = await page.evaluate("document.querySelector('main').contains(document.activeElement)")
    assert inside


async def test_nothing_takes_the_focus_that_the_application_would_take_away_again(open_page: OpenPage) -> None:
    page = await open_page("/")
    await page.route(re.compile(r"/assets/index-.*\.js"), lambda route: route.abort())
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.get_by_role("searchbox")).to_have_count(0)
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement === document.body")


async def test_a_seat_is_booked_and_given_back_by_keys_alone(site: Server, open_page: OpenPage) -> None:
    creator, learner = await account(site, "creator"), await account(site)
    offered = await scheduled_session(creator)
    assert await free_starts(creator, offered["id"])
    page = await open_page("/")
    await learner.signs_in(page)
    await page.goto(f"/sessions/{offered['id']}")

    day = page.get_by_role("button", name=re.compile(r"\d free times?$")).first
    await expect(day).to_be_visible()
    await tab_to(page, page.locator("[role=grid] button[tabindex='0'], table button[tabindex='0']").first)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("radio").first).to_be_visible()
    await tab_to(page, page.get_by_role("radio").first)
    await page.keyboard.press("Space")
    await tab_to(page, page.get_by_role("button", name="Book", exact=True))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="You are booked")).to_be_visible()

    await page.goto("/dashboard")
    cancel = page.get_by_role("button", name=f"Cancel “{offered['title']}”")
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
    assert [one["status"] for one in await learner.asks("GET", "/api/bookings/")] == ["cancelled"]
