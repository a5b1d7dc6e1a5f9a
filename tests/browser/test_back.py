"""Back from a session puts the card that was opened where it was, at any depth of the catalog."""

import pytest
from playwright.async_api import Locator, Page, expect

from browser.accounts import account, session
from browser.conftest import OpenPage, Size
from postgres.servers import Server

SESSIONS = 60
TOLERANCE = 2
"""Pixels."""
CARDS = "section[aria-labelledby=found] li h3 a"
SCROLLED_OR_MORE = f"""before => document.querySelectorAll("{CARDS}").length > before
    || scrollY + innerHeight < document.documentElement.scrollHeight - 1"""
"""JavaScript that waits until there is more to scroll to."""


@pytest.fixture(scope="module", autouse=True)
async def catalog(site: Server) -> None:
    creator = await account(site, "creator", "Elena")
    for number in range(SESSIONS):
        await session(creator, title=f"Evening {number:02} {'in the long kitchen by the sea ' * (number % 3)}".strip())


async def top_of(card: Locator) -> float:
    box = await card.bounding_box()
    assert box is not None
    return box["y"]


async def open_and_go_back(page: Page, cards: Locator, index: int) -> tuple[float, float]:
    """Return the position of a card in the window before it was opened and after Back."""
    card = cards.nth(index)
    await card.scroll_into_view_if_needed()
    before = await top_of(card)
    await card.click()
    await page.wait_for_url("**/sessions/*")
    await expect(page.get_by_role("link", name="Report this session")).to_be_visible()
    await page.go_back()
    await expect(card).to_be_visible()
    await expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    # what moves the page after the first frames, such as scroll anchoring, has happened by then
    await page.evaluate("() => new Promise(done => setTimeout(() => requestAnimationFrame(done), 400))")
    return before, await top_of(card)


async def test_cards_below_the_rows_are_rendered_when_they_come_near(open_page: OpenPage) -> None:
    page = await open_page("/", "phone")
    found, more = page.locator("section[aria-labelledby=found]"), page.get_by_role("button", name="Load more")
    await expect(found.get_by_text(f"{SESSIONS} sessions")).to_be_attached()
    await expect(found.get_by_role("status", name="Loading")).to_have_count(0)
    assert (await page.locator(CARDS).count(), await more.count()) == (0, 0)

    await found.scroll_into_view_if_needed()

    await expect(page.locator(CARDS).first).to_be_visible()


async def test_back_puts_a_row_back_where_it_was_scrolled(site: Server, open_page: OpenPage) -> None:
    page = await open_page("/", "phone")
    row = page.locator("section[aria-labelledby=row-new] ul")
    await expect(row.locator("li")).to_have_count(8)
    before, after = await open_and_go_back(page, row.locator("li a"), 6)
    assert abs(before - after) <= TOLERANCE, f"{before} became {after}"
    assert await row.evaluate("each => each.scrollLeft") > 0
    assert site.failures() == []


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_back_puts_the_card_back_where_it_was_opened(site: Server, open_page: OpenPage, size: Size) -> None:
    page = await open_page("/", size)
    cards = page.locator(CARDS)
    await page.get_by_role("heading", name="All sessions").scroll_into_view_if_needed()
    await expect(cards.first).to_be_visible()
    while await cards.count() < SESSIONS:
        await page.mouse.wheel(0, 20_000)
        await page.wait_for_function(SCROLLED_OR_MORE, arg=await cards.count())
    for index in (SESSIONS - 1, SESSIONS // 2, 17):
        before, after = await open_and_go_back(page, cards, index)
        assert abs(before - after) <= TOLERANCE, f"card {index}: {before} became {after}"
    assert site.failures() == []
