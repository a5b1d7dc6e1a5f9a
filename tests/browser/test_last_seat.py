"""Two buyers compete for the last seat."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from browser.accounts import account, free_starts, scheduled_session
from browser.conftest import OpenPage
from postgres.servers import Server

pytestmark = pytest.mark.flaky(reruns=0)  # a seat that is sold twice once is a fault

BOOKED = "You're booked"
TAKEN = "That seat was just taken. These times are still free."


async def outcome(page: Page) -> str:
    """Return which of the two outcomes is shown."""
    shown = page.get_by_role("heading", name=BOOKED).or_(page.get_by_text(TAKEN))
    await expect(shown.first).to_be_visible()
    return await shown.first.inner_text()


async def test_last_seat_race_has_one_winner_and_a_helpful_message_for_the_loser(
    site: Server, open_page: OpenPage
) -> None:
    creator = await account(site, "creator")
    published = await scheduled_session(creator, max_participants=1)
    first, *others = await free_starts(creator, published["id"])
    pages = []
    for name in ("Grace", "Edith"):
        page = await open_page("/", "phone" if name == "Grace" else "desktop")
        await (await account(site, "user", name)).sign_in(page)
        await page.goto(f"/sessions/{published['id']}?at={first}")
        pages.append(page)
    sheet = pages[0].get_by_role("dialog")
    await expect(sheet).to_be_visible()
    buttons = [
        sheet.get_by_role("button", name="Book", exact=True),
        pages[1].get_by_role("button", name="Book", exact=True),
    ]
    for page in pages:
        await expect(page.get_by_role("radio", checked=True)).to_be_attached()
    await asyncio.gather(*(button.click() for button in buttons))
    assert sorted(await asyncio.gather(*(outcome(page) for page in pages))) == sorted([BOOKED, TAKEN])
    booked = await creator.call_api("GET", "/api/bookings/creator_bookings/")
    assert [one["status"] for one in booked] == ["confirmed"]
    assert first not in await free_starts(creator, published["id"])
    assert others
