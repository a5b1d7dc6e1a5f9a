"""Words longer than a phone's line do not make a page scroll sideways."""

import pytest
from playwright.async_api import Page

from browser.accounts import Account, account, free_starts, scheduled_session
from browser.conftest import OpenPage
from browser.page_checks import is_wider_than_the_window
from browser.staff import staff_member
from postgres.servers import Server

WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
MAX_TITLE = 200
MAX_NAME = 150


@pytest.fixture(scope="module")
async def creator(site: Server) -> Account:
    creator = await account(site, "creator", "Elena")
    await creator.call_api("PATCH", "/api/auth/profile/", first_name=(WORD * 2)[:MAX_NAME], last_name=WORD)
    return creator


async def too_wide(page: Page, *paths: str) -> list[str]:
    """Return the pages that scroll sideways."""
    found = []
    for path in paths:
        await page.goto(path)
        await page.wait_for_load_state("networkidle")
        if await is_wider_than_the_window(page):
            found.append(path)
    return found


async def test_long_words_do_not_widen_any_page(
    creator: Account, site: Server, database: str, open_page: OpenPage
) -> None:
    staff, learner = await staff_member(site, database), await account(site)
    published = (await scheduled_session(creator, title=(WORD * 3)[:MAX_TITLE], description=WORD * 5))["id"]
    start, *_ = await free_starts(creator, published)
    booked = await learner.call_api("POST", "/api/bookings/", session=published, booking_date=start)
    await learner.call_api("POST", f"/api/sessions/{published}/report/", reason="misleading", text=WORD * 5)
    person = await creator.call_api("GET", "/api/auth/profile/")

    visitor = await open_page("/", "phone")
    assert await too_wide(visitor, "/", f"/sessions/{published}") == []
    await learner.sign_in(visitor)
    assert await too_wide(visitor, "/dashboard") == []
    teaching = await open_page("/", "phone")
    await creator.sign_in(teaching)
    own = ("/creator", "/creator/bookings", f"/creator/sessions/{published}/edit", "/profile", "/profile/security")
    assert await too_wide(teaching, *own) == []
    back_office = await open_page("/", "phone")
    await staff.sign_in(back_office)
    lists = ("/admin", "/admin/users", "/admin/sessions", "/admin/bookings", "/admin/reports", "/admin/audit")
    details = (f"/admin/users/{person['id']}", f"/admin/sessions/{published}", f"/admin/bookings/{booked['id']}")
    assert await too_wide(back_office, *lists, *details) == []
