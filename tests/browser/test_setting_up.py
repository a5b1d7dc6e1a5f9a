"""A creator sets up when a session takes place."""

import re

import pytest
from playwright.async_api import Page, expect

from browser.accounts import Account, account, expect_text, session
from browser.conftest import OpenPage, Size
from browser.page_checks import findings_at_size, is_wider_than_the_window
from postgres.servers import Server


@pytest.fixture(scope="module")
async def creator(site: Server) -> Account:
    return await account(site, "creator", "Elena")


async def open_times(page: Page, creator: Account) -> dict[str, str]:
    """Open the times of a new, hidden session of 90 minutes."""
    created = await session(creator, duration=90, status="inactive")
    await creator.sign_in(page)
    await page.goto(f"/creator/sessions/{created['id']}/edit?part=times")
    await expect(page.get_by_role("radio", name="A class at fixed starts")).to_be_attached()
    return created


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_weekly_class_has_one_start_a_day_and_is_published_after_a_choice(
    site: Server, creator: Account, open_page: OpenPage, size: Size
) -> None:
    page = await open_page("/login", size)
    created = await open_times(page, creator)
    publish = page.get_by_role("button", name=re.compile("publish", re.IGNORECASE))
    await expect_text(page, "Choose how people book it, then publish.")
    await expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    await expect(publish).to_have_count(0)
    assert await findings_at_size(page, f"setup-choice-{size}", size) == []

    await page.get_by_text("A class at fixed starts").click()
    await expect(publish).to_have_count(0)
    await page.get_by_role("checkbox", name="Tuesday").check(force=True)
    await page.get_by_label("Start 1").fill("6 pm")
    await page.get_by_label("Start 1").blur()
    await expect(page.get_by_label("Start 1")).to_have_value("18:00")
    await expect_text(page, "until 19:30")
    await expect(publish).to_be_visible()
    assert await findings_at_size(page, f"setup-class-{size}", size) == []
    assert not await is_wider_than_the_window(page)

    await publish.click()
    await expect_text(page, "Saved and published in the catalog.")
    saved = await creator.call_api("GET", f"/api/sessions/{created['id']}/schedule/")
    assert saved["weekly"] == [{"weekday": 2, "starts": "18:00", "ends": "19:30", "step": None}]
    assert site.failures() == []


async def test_typed_times_survive_a_reload(creator: Account, open_page: OpenPage) -> None:
    page = await open_page("/login")
    created = await open_times(page, creator)
    await page.get_by_text("A class at fixed starts").click()
    await page.get_by_role("checkbox", name="Friday").check(force=True)
    await page.get_by_label("Start 1").fill("19:00")
    await expect_text(page, "until 20:30")
    page.on("dialog", lambda dialog: dialog.accept())
    await page.reload()
    await expect(page.get_by_label("Start 1")).to_have_value("19:00")
    await expect(page.get_by_role("checkbox", name="Friday")).to_be_checked()
    await page.get_by_role("button", name="Discard changes").click()
    await expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    await page.goto("/creator/sessions/new")
    await page.get_by_label("Title").fill("Kept over a reload")
    await page.reload()
    await expect(page.get_by_label("Title")).to_have_value("Kept over a reload")
    assert (await creator.call_api("GET", f"/api/sessions/{created['id']}/schedule/"))["is_open"] is True


async def test_one_date_and_arrangement_are_published(creator: Account, open_page: OpenPage) -> None:
    page = await open_page("/login")
    created = await open_times(page, creator)
    await page.get_by_text("One date").click()
    await page.get_by_label("Date", exact=True).fill("2027-05-01")
    await page.get_by_label("Starts at").fill("18:30")
    await page.get_by_role("button", name="Save and publish").click()
    await expect_text(page, "Saved and published in the catalog.")
    saved = await creator.call_api("GET", f"/api/sessions/{created['id']}/schedule/")
    assert saved["extras"] == [{"date": "2027-05-01", "starts": "18:30", "ends": "20:00", "step": None}]

    other = await session(creator, status="inactive")
    await page.goto(f"/creator/sessions/{other['id']}/edit?part=times")
    await page.get_by_text("By arrangement").click()
    await page.get_by_role("button", name="Publish").click()
    await expect_text(page, "Saved and published in the catalog.")
    assert (await creator.call_api("GET", f"/api/sessions/{other['id']}/"))["status"] == "active"
