"""The life of a session and a booking in the browser, from registration to cancellation."""

import re

from playwright.async_api import Page, expect

from browser.accounts import PASSWORD, expect_text
from browser.conftest import OpenPage
from postgres.servers import Server

TITLE = "Paella over an open fire"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


async def register(page: Page, role: str, name: str) -> None:
    await page.goto("/register")
    await page.get_by_text(role, exact=True).click()
    await page.get_by_label("First name").fill(name)
    await page.get_by_label("Username").fill(f"{name.lower()}.cooks")
    await page.get_by_role("textbox", name="Email").fill(f"{name.lower()}@example.com")
    await page.get_by_role("textbox", name="Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Create account").click()
    await page.wait_for_url(lambda address: "/register" not in address)


async def quote(page: Page) -> None:
    """Create and publish a session, starting from a new creator's empty list."""
    await page.get_by_role("link", name="New session").first.click()
    await page.get_by_label("Title").fill(TITLE)
    await page.get_by_label("Description").fill("Rice, smoke and patience.\n\nCome hungry.")
    await page.get_by_label("Price per seat").fill("39.50")
    await page.get_by_label("Seats per start").fill("6")
    await page.get_by_label("Learners can cancel until").fill("0")
    await page.get_by_role("button", name="Save and set times").click()
    await expect_text(page, "Saved. Now set its times.")
    await page.get_by_text("At set times").click()
    for day in WEEKDAYS:
        add = page.get_by_role("button", name=f"Add hours on {day}")
        if await add.count() and not await page.get_by_label(f"{day}, from").count():
            await add.click()
    await expect(page.get_by_text(re.compile(r"\d+ times can be booked in these two weeks"))).to_be_visible()
    await page.get_by_role("button", name="Save and publish").click()
    await expect_text(page, "Saved and published in the catalog.")


async def choose_a_time(page: Page) -> str:
    """Choose the first free time of the first free day that is shown, and return its day."""
    dialog = page.get_by_role("dialog")
    day = dialog.get_by_role("button", name=re.compile(r"\d free times?$")).first
    await day.click()
    await dialog.get_by_role("radio").first.check(force=True)
    return (await day.get_attribute("aria-label")) or ""


async def test_session_is_created_found_booked_rescheduled_and_cancelled(site: Server, open_page: OpenPage) -> None:
    creator = await open_page("/")
    await register(creator, "I want to teach", "Marta")
    await quote(creator)

    learner = await open_page("/", "phone")
    await register(learner, "I want to book", "Ivo")
    await learner.goto("/")
    await learner.get_by_role("searchbox").first.fill("paela")
    await learner.get_by_role("link", name=TITLE).first.click()
    await expect(learner.get_by_role("heading", name=TITLE)).to_be_visible()
    await learner.get_by_role("button", name="Choose a time").click()
    await choose_a_time(learner)
    await learner.get_by_role("dialog").get_by_role("button", name="Book", exact=True).click()
    await expect(learner.get_by_role("heading", name="You're booked")).to_be_visible()

    await learner.get_by_role("link", name="My bookings").first.click()
    await expect(learner.get_by_role("heading", name="My bookings")).to_be_visible()
    await learner.get_by_role("button", name=f"Reschedule “{TITLE}”").click()
    await choose_a_time(learner)
    await learner.get_by_role("dialog").get_by_role("button", name="Reschedule booking").click()
    await expect(learner.get_by_role("dialog")).to_be_hidden()

    await creator.goto("/creator/bookings")
    await expect_text(creator, "Ivo")

    await learner.get_by_role("button", name=f"Cancel booking of “{TITLE}”").click()
    await learner.get_by_role("dialog").get_by_role("button", name=re.compile("Cancel")).last.click()
    await expect(learner.get_by_role("dialog")).to_be_hidden()
    await learner.get_by_role("tab", name=re.compile("Cancelled")).click()
    await expect_text(learner, TITLE)
    assert site.failures() == []


async def test_back_navigation_restores_catalog_state(site: Server, open_page: OpenPage) -> None:
    page = await open_page("/?search=paella&sort=price")
    await page.get_by_role("link", name=TITLE).first.click()
    await expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    await page.go_back()
    await expect(page).to_have_url(re.compile(r"search=paella"))
    await expect(page.get_by_role("searchbox").first).to_have_value("paella")
    await expect(page.get_by_role("link", name=TITLE).first).to_be_visible()
    assert site.failures() == []
