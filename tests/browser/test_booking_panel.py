"""The booking panel: price, next dates, seats and the button are visible without scrolling."""

from typing import Any

import pytest
from playwright.async_api import Locator, Page, ViewportSize, expect

from browser.accounts import Account, account, expect_text, free_starts, scheduled_session, session
from browser.conftest import OpenPage
from browser.page_checks import findings, findings_by_mode
from postgres.servers import Server

WINDOWS: dict[str, ViewportSize] = {
    "1280x720": {"width": 1280, "height": 720},
    "1366x650": {"width": 1366, "height": 650},
    "390x844": {"width": 390, "height": 844},
}
SCROLLS = """panel => [panel, ...panel.querySelectorAll('*')]
    .filter(part => part.scrollHeight > part.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(part).overflowY))
    .map(part => part.className)"""


@pytest.fixture(scope="module")
async def creator(site: Server) -> Account:
    return await account(site, "creator", "Elena")


async def weekly(creator: Account, **changes: Any) -> dict[str, Any]:
    """Create a class on Mondays at 22:00."""
    created = await session(creator, max_participants=6, requires_confirmation=True, **changes)
    hours = {"weekday": 1, "starts": "22:00", "ends": "23:00"}
    await creator.call_api(
        "PUT", f"/api/sessions/{created['id']}/schedule/", time_zone="Europe/Berlin", weekly=[hours], horizon=120
    )
    return created


async def open_panel(page: Page, window: str) -> Locator:
    """Return the panel, or the sheet of a phone."""
    await page.set_viewport_size(WINDOWS[window])
    await page.reload()
    if window != "390x844":
        return page.get_by_role("complementary", name="Book a seat")
    await page.get_by_role("button", name="Choose a time").click()
    return page.get_by_role("dialog")


async def assert_inside(part: Locator, window: str) -> None:
    box, size = await part.bounding_box(), WINDOWS[window]
    assert box is not None
    assert box["y"] >= 0, (window, box)
    assert box["y"] + box["height"] <= size["height"], (window, box)


@pytest.mark.parametrize("window", WINDOWS)
async def test_dates_seats_and_button_are_visible_without_scrolling(
    site: Server, creator: Account, open_page: OpenPage, window: str
) -> None:
    created = await weekly(creator)
    page = await open_page(f"/sessions/{created['id']}", "phone" if window == "390x844" else "desktop")
    panel = await open_panel(page, window)
    dates = panel.get_by_role("radio")
    await expect(dates.nth(2)).to_be_visible()
    await expect(panel.get_by_text("6 left").first).to_be_visible()
    await dates.first.check(force=True)
    await expect(dates.first).to_be_checked()
    await page.evaluate("scrollTo(0, 0)")

    for part in (
        dates.first,
        dates.last,
        panel.get_by_role("spinbutton", name="Seats"),
        panel.get_by_role("button", name="Book"),
    ):
        await assert_inside(part, window)
    assert await panel.evaluate(SCROLLS) == []
    assert await findings_by_mode(page, f"panel-{window}", is_dark_too=window == "390x844") == []
    assert site.failures() == []


@pytest.mark.parametrize("window", WINDOWS)
async def test_day_and_time_by_arrangement_are_visible_without_scrolling(
    site: Server, creator: Account, open_page: OpenPage, window: str
) -> None:
    created = await session(creator, max_participants=6, requires_confirmation=True)
    page = await open_page(f"/sessions/{created['id']}", "phone" if window == "390x844" else "desktop")
    panel = await open_panel(page, window)
    await panel.get_by_role("button", name="Next month").click()
    await panel.get_by_role("gridcell").get_by_role("button").nth(20).press("Enter")

    time = panel.get_by_label("Starts at")
    await expect(time).to_be_focused()
    await page.evaluate("scrollTo(0, 0)")
    for part in (time, panel.get_by_role("spinbutton", name="Seats"), panel.get_by_role("button", name="Book")):
        await assert_inside(part, window)
    assert await panel.evaluate(SCROLLS) == []
    assert await findings_by_mode(page, f"panel-open-{window}", is_dark_too=window == "390x844") == []

    await panel.get_by_role("button", name="Change day").press("Enter")
    await expect(panel.get_by_role("gridcell", selected=True).get_by_role("button")).to_be_focused()
    assert site.failures() == []


async def test_only_time_of_a_day_is_selected(creator: Account, open_page: OpenPage) -> None:
    several = await weekly(creator)
    page = await open_page(f"/sessions/{several['id']}")
    await expect(page.get_by_role("radio").first).to_be_visible()
    await expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    await page.get_by_role("button", name="All dates").click()
    await page.get_by_role("button", name="1 free time").last.click()
    await expect(page.get_by_role("radio", checked=True)).to_have_count(1)
    await expect_text(page, "1 free time on Monday")
    await page.get_by_role("button", name="Back to next dates").click()
    await expect(page.get_by_role("radio", checked=True)).to_have_count(1)
    assert await findings(page, "panel-dates") == []


async def test_second_booking_at_the_same_hour_is_warned_of_and_made(
    site: Server, creator: Account, open_page: OpenPage
) -> None:
    other = await account(site, "creator", "Marta")
    first = await scheduled_session(creator, title="Bread that rises")
    second = await scheduled_session(other, title="Pasta by hand")
    learner = await account(site)
    (start, *_) = await free_starts(creator, first["id"])
    await learner.call_api("POST", "/api/bookings/", session=first["id"], booking_date=start)
    page = await open_page("/login")
    await learner.sign_in(page)
    await page.goto(f"/sessions/{second['id']}?at={start}")

    await expect_text(page, "You already have “Bread that rises” at that time")
    await page.get_by_role("button", name="Book", exact=True).click()
    await expect(page.get_by_role("heading", name="You're booked")).to_be_visible()
    assert len(await learner.call_api("GET", "/api/bookings/")) == 2


async def test_seats_of_a_booking_are_changed_on_the_page(site: Server, creator: Account, open_page: OpenPage) -> None:
    created = await scheduled_session(creator, title="Bread for all", price="20.00")
    learner = await account(site)
    (start, *_) = await free_starts(creator, created["id"])
    await learner.call_api("POST", "/api/bookings/", session=created["id"], booking_date=start)
    await creator.call_api("PATCH", f"/api/sessions/{created['id']}/", price="30.00")
    page = await open_page("/login", "phone")
    await learner.sign_in(page)
    await page.goto("/dashboard")
    await expect_text(page, "1 seat · €20")
    await page.wait_for_load_state("networkidle")

    await page.get_by_role("button", name="More actions for “Bread for all”").click()
    await page.get_by_role("menuitem", name="Change seats").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Add one seat").click()
    await expect(dialog.get_by_text("New total: €40")).to_be_visible()
    assert await findings(page, "dialog-seats", "[role=dialog]") == []
    await dialog.get_by_role("button", name="Change to 2 seats").click()
    await expect(dialog).to_be_hidden()
    await expect_text(page, "2 seats · €40")
    await page.get_by_role("button", name="More actions for “Bread for all”").click()
    await page.get_by_role("menuitem", name="Details").click()
    await expect_text(page, "€20 per seat, 1 hour, as booked")
    await expect_text(page, "You changed the seats from 1 to 2")
    assert site.failures() == []
