"""What is drawn before the application runs stays in its place when the application takes over."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, Route, ViewportSize, expect

from browser.accounts import Account, account, scheduled_session
from browser.conftest import OpenPage
from picture_files import a_picture
from postgres.servers import Server

WINDOWS: tuple[ViewportSize, ...] = (
    {"width": 390, "height": 844},
    {"width": 1280, "height": 720},
    {"width": 1440, "height": 900},
)
BOXES = """selector => [...document.querySelectorAll(selector)].map(element => {
  const { x, y, width, height } = element.getBoundingClientRect();
  return [element.textContent.trim(), ...[x, y, width, height].map(Math.round)];
})"""
REQUESTS = """() => performance.getEntriesByType("resource")
  .filter(({ name }) => name.includes("/api/sessions"))
  .map(({ name }) => name)"""
TITLE = "Bread that rises while its baker sleeps"


async def session_with_pictures(site: Server, creator: Account, count: int) -> dict[str, Any]:
    session = await scheduled_session(creator, title=TITLE)
    for place in range(count):
        body = a_picture((1200 + place, 800))
        uploaded = await site.client.post(
            f"/api/sessions/{session['id']}/pictures/",
            headers={"Authorization": f"Bearer {creator.access}"},
            files={"file": body},
        )
        uploaded.raise_for_status()
    return session


async def before_and_after(page: Page, path: str, selector: str, *, count: int = 0) -> tuple[Any, Any]:
    """Return the boxes of elements while the application is still loading, and once it has rendered.

    `count` is how many of them come only with data.
    """
    release = asyncio.Event()

    async def hold(route: Route) -> None:
        await release.wait()
        await route.continue_()

    await page.route("**/assets/vendor-*.js", hold)
    await page.goto(path, wait_until="commit")
    await page.locator("[data-shell=head]").wait_for()
    if count:
        await expect(page.locator(selector)).to_have_count(count)
    await page.evaluate("Promise.all([document.fonts.ready, ...[...document.images].map(image => image.decode())])")
    before = await page.evaluate(BOXES, selector)
    release.set()
    await page.locator("[data-shell]").wait_for(state="detached")
    await expect(page.locator(selector).first).to_be_visible()
    after = await page.evaluate(BOXES, selector)
    await page.unroute("**/assets/vendor-*.js")
    return before, after


@pytest.mark.parametrize("count", [1, 2])
async def test_picture_and_title_of_a_session_are_there_before_the_application(
    site: Server, open_page: OpenPage, count: int
) -> None:
    creator = await account(site, "creator", "Elena")
    session = await session_with_pictures(site, creator, count)
    page = await open_page("/texts/help")
    for window in WINDOWS:
        await page.set_viewport_size(window)
        path = f"/sessions/{session['id']}"
        before, after = await before_and_after(page, path, "main h1, main img[fetchpriority=high]")
        assert [text for text, *_ in before] == ["", TITLE]
        assert before == after, window


async def test_hero_of_the_catalog_is_there_before_the_application(open_page: OpenPage) -> None:
    page = await open_page("/texts/help")
    for window in WINDOWS:
        await page.set_viewport_size(window)
        before, after = await before_and_after(page, "/", "main h1, main h1 + p")
        assert before == after, window


async def test_first_picture_of_home_is_there_before_the_application(site: Server, open_page: OpenPage) -> None:
    creator = await account(site, "creator", "Elena")
    for number in range(12):
        await scheduled_session(creator, title=f"Evening {number}")
    await session_with_pictures(site, creator, 1)
    page = await open_page("/texts/help")
    for window in WINDOWS:
        await page.set_viewport_size(window)
        before, after = await before_and_after(page, "/", "main img[fetchpriority=high]", count=1)
        assert len(before) == 1
        assert before == after[:1], window


async def test_home_asks_only_for_what_was_asked_for_before_the_application(site: Server, open_page: OpenPage) -> None:
    creator = await account(site, "creator", "Elena")
    for number in range(13):
        await scheduled_session(creator, title=f"Evening {number}")
    page = await open_page("/texts/help")

    await page.goto("/")
    await expect(page.locator("section[aria-labelledby=row-new] li")).to_have_count(8)
    requests = await page.evaluate(REQUESTS)

    assert sorted(requests) == sorted(set(requests))
    assert [path for path in requests if "available_from=" in path] != []


async def test_confirmation_of_a_booking_has_no_head_of_its_session(site: Server, open_page: OpenPage) -> None:
    creator = await account(site, "creator", "Elena")
    session = await session_with_pictures(site, creator, 1)
    page = await open_page("/texts/help")
    await page.route("**/assets/vendor-*.js", lambda route: route.abort())
    await page.goto(f"/sessions/{session['id']}?booked={session['id']}")
    await page.wait_for_load_state("load")
    await expect(page.locator("[data-shell='']")).to_have_count(1)
    await expect(page.get_by_role("heading", name=TITLE)).to_have_count(0)
