"""A creator edits the hours within which sessions by arrangement are offered."""

import re

import pytest
from playwright.async_api import Route, expect

from browser.accounts import Account, account, expect_text, session
from browser.conftest import OpenPage, Size
from browser.page_checks import findings_at_size, is_wider_than_the_window
from postgres.servers import Server


@pytest.fixture
async def creator(site: Server) -> Account:
    return await account(site, "creator", "Elena")


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_hours_are_reached_from_setup_and_saved(creator: Account, open_page: OpenPage, size: Size) -> None:
    page = await open_page("/login", size)
    created = await session(creator, status="inactive")
    await creator.sign_in(page)
    await page.goto(f"/creator/sessions/{created['id']}/edit?part=times")
    await page.get_by_text("By arrangement").click()
    await page.get_by_role("link", name="Edit your hours").click()
    monday = page.get_by_label("Monday, from")
    await expect(monday).to_have_value("08:00")
    await monday.fill("10:30")
    await page.get_by_role("button", name=re.compile("Remove .+ on Sunday")).click()
    await expect_text(page, "Unavailable")
    assert await findings_at_size(page, f"hours-{size}", size) == []
    assert not await is_wider_than_the_window(page)

    await page.get_by_role("button", name="Save hours").click()
    await expect_text(page, "All changes saved")
    saved = await creator.call_api("GET", "/api/creator/hours/")
    assert saved["weekly"][0] == {"weekday": 1, "starts": "10:30", "ends": "21:00", "step": None}
    assert {hours["weekday"] for hours in saved["weekly"]} == {1, 2, 3, 4, 5, 6}


async def test_unsaved_hours_are_kept_after_errors_and_leaving_asks(creator: Account, open_page: OpenPage) -> None:
    page = await open_page("/login")
    await creator.sign_in(page)
    await page.goto("/creator")
    await page.get_by_role("link", name="Set hours").click()
    monday = page.get_by_label("Monday, from")
    await monday.fill("22:00")
    await page.get_by_label("Monday, until").fill("22:00")
    await expect_text(page, "The end can't be the same as the start.")
    await page.get_by_label("Monday, until").fill("23:00")
    await expect_text(page, "Unsaved changes")

    async def fail(route: Route) -> None:
        if route.request.method == "PUT":
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/api/creator/hours**", fail)
    await page.get_by_role("button", name="Save hours").click()
    await expect(page.get_by_role("alert").first).to_be_visible()
    await expect(monday).to_have_value("22:00")
    await page.get_by_role("link", name="My sessions").first.click()
    await page.get_by_role("dialog").get_by_role("button", name="Keep editing").click()
    await expect(monday).to_have_value("22:00")
    await page.unroute("**/api/creator/hours**")
    await page.get_by_role("button", name="Save hours").click()
    await expect_text(page, "All changes saved")
