"""A learner narrows the catalog by where and in which language a session is held."""

import re

import pytest
from playwright.async_api import Page, expect

from browser.accounts import account, session
from browser.conftest import OpenPage
from browser.page_checks import findings_by_mode, is_wider_than_the_window
from postgres.servers import Server

HERE = "Painting by the canal"
ONLINE = "Painting on a screen"


pytestmark = pytest.mark.usefixtures("sessions")


@pytest.fixture(scope="module")
async def sessions(site: Server) -> None:
    creator = await account(site, "creator", "Elena")
    await session(creator, title=HERE, format="in_person", place="Kreuzberg, Berlin", language="de")
    await session(creator, title=ONLINE, format="online", language="en")


async def expect_found(page: Page, *titles: str) -> None:
    """Expect exactly these sessions in the catalog."""
    await expect(page.get_by_role("heading", name=re.compile("^Painting"))).to_have_count(len(titles))
    for title in titles:
        await expect(page.get_by_role("heading", name=title)).to_be_visible()


async def test_chips_filter_by_format_place_and_language(open_page: OpenPage) -> None:
    page = await open_page("/?search=painting")
    await expect_found(page, HERE, ONLINE)
    for chip, value, parameter in (
        ("Format", "In person", "format=in_person"),
        ("Place", "Kreuzberg, Berlin", "place=Kreuzberg"),
        ("Language", "German", "language=de"),
    ):
        await page.get_by_role("button", name=chip, exact=True).click()
        control = page.get_by_role("dialog", name=chip)
        await control.get_by_text(value).click()
        await expect(page).to_have_url(re.compile(parameter))
        assert await findings_by_mode(page, f"filter-{chip.lower()}-desktop", is_dark_too=False) == []
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name=f"{chip}: {value}")).to_be_focused()
    await expect_found(page, HERE)

    await page.reload()
    await expect(page.get_by_role("button", name="Language: German")).to_be_visible()
    await page.get_by_role("button", name="Clear all").click()
    await expect_found(page, HERE, ONLINE)


async def test_sheet_filters_on_phone_and_chips_are_removable(open_page: OpenPage) -> None:
    page = await open_page("/?search=painting", "phone")
    await expect_found(page, HERE, ONLINE)
    await page.get_by_role("button", name="Filters").click()
    sheet = page.get_by_role("dialog", name="Filters")
    await sheet.get_by_text("In person").click()
    await sheet.get_by_text("Kreuzberg, Berlin").click()
    await sheet.get_by_text("German").click()
    await expect(sheet.get_by_role("button", name="Show 1 session")).to_be_visible()
    assert await findings_by_mode(page, "filter-sheet-phone", is_dark_too=True) == []
    await sheet.get_by_role("button", name="Show 1 session").click()
    await expect(sheet).to_have_count(0)
    assert not await is_wider_than_the_window(page)
    assert await findings_by_mode(page, "filters-active-phone", is_dark_too=True) == []
    for value in ("German", "Kreuzberg, Berlin", "In person"):
        await page.get_by_role("button", name=f"Remove filter: {value}").click()
        await expect(page.get_by_role("button", name=f"Remove filter: {value}")).to_have_count(0)
    await expect_found(page, HERE, ONLINE)
