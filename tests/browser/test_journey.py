"""The life of a session and a booking in the browser, from registration to cancellation."""

import asyncio
import re
from datetime import UTC, date, datetime
from typing import Any

from playwright.async_api import Page, Route, expect

from browser.accounts import PASSWORD, Account, account, expect_text, fresh, scheduled_session, session
from browser.conftest import OpenPage
from browser.page_checks import is_wider_than_the_window
from postgres.servers import Server

TITLE = "Paella over an open fire"
HAVANA = "America/Havana"
"""A zone whose winter clocks browsers set an hour back and the server's zone data does not."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


async def register(page: Page, role: str, name: str) -> None:
    await page.goto("/register")
    await page.get_by_text(role, exact=True).click()
    await page.get_by_label("First name").fill(name)
    await page.get_by_role("textbox", name="Email").fill(f"{fresh(name.lower())}@example.com")
    await page.get_by_role("textbox", name="Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Create account").click()
    await page.wait_for_url(lambda address: "/register" not in address)


async def quote(page: Page, title: str) -> None:
    """Create and publish a session, starting from a new creator's empty list."""
    await page.get_by_role("link", name="New session").first.click()
    await page.get_by_label("Title").fill(title)
    await page.get_by_label("Description").fill("Rice, smoke and patience.\n\nCome hungry.")
    await page.get_by_label("Price per seat").fill("39.50")
    await page.get_by_label("Seats per start").fill("6")
    await page.get_by_label("Learners can cancel until").fill("0")
    await page.get_by_role("button", name="Save and set times").click()
    await expect_text(page, "Saved. Now set its times.")
    await expect(page.get_by_role("button", name="Publish")).to_have_count(0)
    await page.get_by_text("A class at fixed starts").click()
    for day in WEEKDAYS:
        await page.get_by_role("checkbox", name=day).check(force=True)
    await page.get_by_label("Start 1", exact=True).fill("6 pm")
    await page.get_by_role("button", name="Add another start").click()
    await expect(page.get_by_label("Start 1", exact=True)).to_have_value("18:00")
    await page.get_by_label("Start 2", exact=True).fill("20:00")
    await expect(page.get_by_text(re.compile(r"\d+ times can be booked in these two weeks"))).to_be_visible()
    await page.get_by_role("button", name="Save and publish").click()
    await expect_text(page, "Saved and published in the catalog.")


async def choose_a_time(page: Page) -> str:
    """Choose the first free time of the first free day that is shown, and return its day."""
    dialog = page.get_by_role("dialog")
    all_dates = dialog.get_by_role("button", name="All dates")
    day = dialog.get_by_role("button", name=re.compile(r"\d free times?$")).first
    await expect(all_dates.or_(day)).to_be_visible()
    if await all_dates.count():
        await all_dates.click()
    await day.click()
    await dialog.get_by_role("radio").first.check(force=True)
    return (await day.get_attribute("aria-label")) or ""


async def test_session_is_created_found_booked_rescheduled_and_cancelled(site: Server, open_page: OpenPage) -> None:
    title, creator = fresh(f"{TITLE} "), await open_page("/")
    await register(creator, "I want to teach", "Marta")
    await quote(creator, title)

    learner = await open_page("/", "phone")
    await register(learner, "I want to book", "Ivo")
    await learner.goto("/")
    await learner.get_by_role("combobox").first.fill("paela")
    await expect(learner).to_have_url(re.compile("search=paela"))
    await learner.get_by_role("link", name=title).first.click()
    await learner.wait_for_url("**/sessions/*")
    await expect(learner.get_by_role("heading", name=title)).to_be_visible()
    await learner.get_by_role("button", name="Choose a time").click()
    await choose_a_time(learner)
    await learner.get_by_role("dialog").get_by_role("button", name="Book", exact=True).click()
    await expect(learner.get_by_role("heading", name="You're booked")).to_be_visible()

    await learner.get_by_role("link", name="My bookings").first.click()
    await expect(learner.get_by_role("heading", name="My bookings")).to_be_visible()
    await learner.get_by_role("button", name=f"Reschedule “{title}”").click()
    await choose_a_time(learner)
    await learner.get_by_role("dialog").get_by_role("button", name="Reschedule booking").click()
    await expect(learner.get_by_role("dialog")).to_be_hidden()

    await creator.goto("/creator/bookings")
    await expect_text(creator, "Ivo")

    await learner.get_by_role("button", name=f"Cancel booking of “{title}”").click()
    await learner.get_by_role("dialog").get_by_role("button", name=re.compile("Cancel")).last.click()
    await expect(learner.get_by_role("dialog")).to_be_hidden()
    await learner.get_by_role("tab", name=re.compile("Cancelled")).click()
    await expect_text(learner, title)
    assert site.failures() == []


async def test_back_navigation_restores_catalog_state(site: Server, open_page: OpenPage) -> None:
    page = await open_page("/?search=paella&sort=price")
    await page.get_by_role("link", name=TITLE).first.click()
    await page.wait_for_url("**/sessions/*")
    await expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    await page.go_back()
    await expect(page).to_have_url(re.compile(r"search=paella"))
    await expect(page.get_by_role("combobox").first).to_have_value("paella")
    await expect(page.get_by_role("link", name=TITLE).first).to_be_visible()
    assert site.failures() == []


async def test_result_clicked_before_typed_search_was_sent_opens(site: Server, open_page: OpenPage) -> None:
    page = await open_page("/")
    await expect(page.get_by_role("link", name=TITLE).first).to_be_visible()

    async def answer_late(route: Route) -> None:
        await asyncio.sleep(1)
        await route.continue_()

    await page.route("**/assets/*.js", answer_late)
    await page.get_by_role("combobox").first.fill("paela")
    await page.get_by_role("link", name=TITLE).first.click()
    await expect(page.get_by_role("link", name="Report this session")).to_be_visible()
    await expect(page).to_have_url(re.compile(r"/sessions/[0-9a-f-]{36}$"))
    assert site.failures() == []


def next_winter() -> date:
    """Return the next 15 December."""
    today = datetime.now(UTC).date()
    return date(today.year + (today >= date(today.year, 12, 14)), 12, 15)


async def winter_class(creator: Account, day: date) -> dict[str, Any]:
    """Create a session at 10:00 of this day, and weekly from then on."""
    created = await session(creator, title="Son cubano for two")
    hours = {"weekday": day.isoweekday(), "starts": "10:00", "ends": "11:00"}
    schedule = {"time_zone": HAVANA, "weekly": [hours], "horizon": 730, "valid_from": day.isoformat()}
    await creator.call_api("PUT", f"/api/sessions/{created['id']}/schedule/", **schedule)
    return created


async def test_times_are_the_servers_where_the_browser_has_other_zone_data(site: Server, open_page: OpenPage) -> None:
    creator, day = await account(site, "creator", "Omara", HAVANA), next_winter()
    scheduled, by_arrangement = await winter_class(creator, day), await session(creator, title="Any time")
    learner = await account(site, "user", "Ruben", HAVANA)
    weekday, an_hour = f"{day:%a} 15 Dec", "10:00 \N{EN DASH} 11:00"

    abroad = await open_page(f"/sessions/{scheduled['id']}")
    await expect(abroad.get_by_text("15:00", exact=True).first).to_be_visible()
    await expect_text(abroad, "10:00 in Havana")

    page = await open_page(f"/sessions/{scheduled['id']}", time_zone=HAVANA)
    await expect_text(page, "Times are in Havana time (UTC\N{MINUS SIGN}4).")
    await learner.sign_in(page)
    await page.goto(f"/sessions/{scheduled['id']}")
    await page.get_by_role("radio", name=f"{weekday} 10:00").check(force=True)
    await expect_text(page, f"{weekday}, {an_hour}")
    await page.get_by_role("button", name="Book", exact=True).click()
    await expect(page.get_by_role("heading", name="You're booked")).to_be_visible()
    await expect_text(page, an_hour)
    await page.goto("/dashboard")
    await expect_text(page, f"{weekday}, {an_hour}")

    await page.goto(f"/sessions/{by_arrangement['id']}?at={day}T16:00:00Z")
    await expect(page.get_by_label("Starts at").locator("option:checked")).to_have_text(re.compile("^12:00"))
    await page.get_by_role("button", name="Book", exact=True).click()
    await expect(page.get_by_role("heading", name="You're booked")).to_be_visible()
    booked = await learner.call_api("GET", "/api/bookings/?ordering=booking_date")
    assert [booking["booking_date"] for booking in booked] == [f"{day}T14:00:00Z", f"{day}T16:00:00Z"]
    assert [booking["viewer_utc_offset"] for booking in booked] == ["-04:00", "-04:00"]
    assert site.failures() == []


async def test_pages_are_shown_when_the_servers_offsets_cannot_be_had(site: Server, open_page: OpenPage) -> None:
    scheduled = await winter_class(await account(site, "creator", "Omara", HAVANA), next_winter())
    page, refused = await open_page("/login"), []

    async def refuse(route: Route) -> None:
        refused.append(route.request.url)
        await route.abort()

    await page.route("**/api/time-zones/**", refuse)
    await page.goto(f"/sessions/{scheduled['id']}")

    await expect_text(page, "Times are in Berlin time.")
    await expect(page.get_by_text("15:00", exact=True).first).to_be_visible()
    assert len(refused) < 6


async def test_raised_price_is_shown_before_booking_and_a_requested_time_can_be_withdrawn(
    site: Server, open_page: OpenPage
) -> None:
    creator, learner = await account(site, "creator", "Elena"), await account(site)
    asked = await scheduled_session(creator, title="Pasta by hand", price="20.00", requires_confirmation=True)
    page = await open_page("/login", "phone")
    await learner.sign_in(page)
    await page.goto(f"/sessions/{asked['id']}")
    await page.get_by_role("button", name="Choose a time").click()
    await choose_a_time(page)
    await creator.call_api("PATCH", f"/api/sessions/{asked['id']}/", price="25.00")

    book = page.get_by_role("dialog").get_by_role("button", name="Book", exact=True)
    await book.click()
    await expect_text(page, "The price is now €25 per seat. Nothing was booked: check the total, then book again.")
    await book.click()
    await expect(page.get_by_role("heading", name="Waiting for confirmation")).to_be_visible()
    (booked,) = await learner.call_api("GET", "/api/bookings/")
    assert booked["amount"] == "25.00"

    await creator.call_api("POST", f"/api/bookings/{booked['id']}/confirm/")
    await page.goto("/dashboard")
    await page.get_by_role("button", name="Reschedule “Pasta by hand”").click()
    await choose_a_time(page)
    await page.get_by_role("dialog").get_by_role("button", name="Reschedule booking").click()
    await expect(page.get_by_text(re.compile(r"^Requested: .*, waiting for Elena"))).to_be_visible()
    assert not await is_wider_than_the_window(page)
    (kept,) = await learner.call_api("GET", "/api/bookings/")
    assert (kept["booking_date"], kept["requested_start"] is None) == (booked["booking_date"], False)
    await page.get_by_role("button", name="Withdraw request to move “Pasta by hand”").click()
    await expect_text(page, "Request withdrawn. You keep your current time.")
    (kept,) = await learner.call_api("GET", "/api/bookings/")
    assert (kept["status"], kept["requested_start"]) == ("confirmed", None)

    await creator.call_api("PATCH", f"/api/sessions/{asked['id']}/", status="inactive")
    await page.reload()
    await expect(page.get_by_text(re.compile(r"^You can cancel until"))).to_be_visible()
    await page.goto(f"/sessions/{asked['id']}")
    await expect(page.get_by_text("The creator has paused this session. Your booking stays.")).to_be_visible()
    assert site.failures() == []
