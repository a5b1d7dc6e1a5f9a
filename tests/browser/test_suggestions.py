"""Suggestions while a search is typed, by keyboard: an ARIA combobox, whose field keeps the focus."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from browser.accounts import Account, account, session
from browser.conftest import OpenPage, Size
from browser.page_checks import findings_at_size, is_wider_than_the_window
from postgres.servers import Server

TITLE = "Zitherbuilding for two"


@pytest.fixture(scope="module")
async def creator(site: Server) -> Account:
    """Set up a creator with a session in a category."""
    creator = await account(site, "creator", "Zitella")
    await session(creator, title=TITLE, category="music")
    return creator


def suggested(page: Page, **which: Any) -> Locator:
    """Return the suggestions, apart from the options of other fields."""
    return page.get_by_role("listbox", name="Suggestions").get_by_role("option", **which)


async def typed(page: Page, text: str, *expected: str) -> Locator:
    """Type into the search field, wait for suggestions with these texts, and return the field."""
    field = page.get_by_role("combobox").first
    await expect(field).to_be_editable()
    await field.press_sequentially(text)
    await expect(field).to_have_value(text)
    for each in expected:
        await expect(suggested(page, name=re.compile(each))).to_be_visible()
    await expect(field).to_have_attribute("aria-expanded", "true")
    return field


async def choose(page: Page, field: Locator, name: str) -> Locator:
    """Press the down arrow until the suggestion is chosen, which the field then names, and return it."""
    chosen = suggested(page, name=re.compile(name))
    for place in range(await suggested(page).count()):
        await page.keyboard.press("ArrowDown")
        selected = suggested(page, selected=True)
        await expect(selected).to_have_count(1)
        identity = await suggested(page).nth(place).get_attribute("id")
        assert identity is not None
        await expect(field).to_have_attribute("aria-activedescendant", identity)
        if await chosen.get_attribute("aria-selected") == "true":
            break
    await expect(chosen).to_have_attribute("aria-selected", "true")
    await expect(field).to_be_focused()
    return chosen


@pytest.mark.usefixtures("creator")
async def test_title_that_is_chosen_with_arrows_opens_with_enter(open_page: OpenPage) -> None:
    page = await open_page("/")
    field = await typed(page, "zitherb", TITLE)
    await choose(page, field, TITLE)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/sessions/[0-9a-f-]{36}$"))
    await expect(page.get_by_role("heading", name=TITLE)).to_be_visible()


async def test_creator_and_category_lead_to_their_sessions(creator: Account, open_page: OpenPage) -> None:
    page = await open_page("/")
    field = await typed(page, "zitella", "Zitella")
    await choose(page, field, "Zitella")
    await page.keyboard.press("Enter")
    username = (await creator.call_api("GET", "/api/auth/profile/"))["username"]
    await expect(page).to_have_url(re.compile(f"/creators/{username}$"))
    await expect(page.get_by_role("link", name=TITLE).first).to_be_visible()

    await page.goto("/")
    field = await typed(page, "musi", "Music")
    await choose(page, field, "Music")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("category=music"))


@pytest.mark.usefixtures("creator")
async def test_escape_closes_suggestions_and_keeps_what_was_typed(open_page: OpenPage) -> None:
    page = await open_page("/")
    field = await typed(page, "zither", TITLE)
    await expect(page.get_by_role("status").filter(has_text="Use the arrow keys.").first).to_be_attached()
    await page.keyboard.press("Escape")
    await expect(suggested(page)).to_have_count(0)
    await expect(field).to_have_attribute("aria-expanded", "false")
    await expect(field).to_have_value("zither")
    await expect(field).to_be_focused()

    await page.keyboard.press("ArrowDown")
    await expect(suggested(page, name=re.compile(TITLE))).to_be_visible()


@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.usefixtures("creator")
async def test_open_suggestions_pass_axe(open_page: OpenPage, size: Size) -> None:
    page = await open_page("/", size)
    await typed(page, "zither", TITLE)
    await page.keyboard.press("ArrowDown")
    await expect(suggested(page, selected=True)).to_have_count(1)

    found = await findings_at_size(page, f"suggestions-{size}", size)

    assert found == []
    assert not await is_wider_than_the_window(page)


@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.usefixtures("creator")
async def test_search_that_goes_on_with_most_words_says_so_and_passes_axe(open_page: OpenPage, size: Size) -> None:
    page = await open_page("/?search=zitherbuilding+underwater", size)
    await expect(page.get_by_text("Few sessions match all your words.")).to_be_visible()
    await expect(page.get_by_role("link", name=TITLE).first).to_be_visible()

    assert await findings_at_size(page, f"relaxed-{size}", size) == []
    assert not await is_wider_than_the_window(page)
