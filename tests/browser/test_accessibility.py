"""Every page by the rules of axe (WCAG 2.2 AA and its best practices), at the size of most visits.

`make test-long` has both sizes in both modes.
"""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page

from browser.accounts import Account, account, free_starts, scheduled_session, session
from browser.conftest import OpenPage, Size
from browser.page_checks import findings, findings_at_size, is_wider_than_the_window, sizes
from browser.staff import staff_member
from postgres.servers import Server

pytestmark = pytest.mark.starts_first


@pytest.fixture(scope="module")
async def creator(site: Server) -> Account:
    """Set up a creator with confirmed, pending and cancelled bookings."""
    creator = await account(site, "creator", "Elena")
    learner = await account(site, "user", "Noor")
    ours = await scheduled_session(creator, title="Bread that rises")
    requested = await scheduled_session(creator, title="Pasta by hand", requires_confirmation=True, image_url=None)
    await session(creator, title="An hour of questions", max_participants=1)
    first, second, third, *_ = await free_starts(creator, ours["id"])
    for booked, start in ((ours, first), (requested, second), (ours, third)):
        created = await learner.call_api("POST", "/api/bookings/", session=booked["id"], booking_date=start, seats=2)
    await learner.call_api("POST", f"/api/bookings/{created['id']}/cancel/", reason="I am ill.")
    return creator


def picture_of(path: str, size: Size) -> str:
    """Return the file name of a page's picture, without the id in its address."""
    address = urlsplit(path)
    words = [word for word in address.path.split("/") if word and "-" not in word]
    return "-".join([*(words or ["home"]), *(["search"] if address.query else []), size])


async def opened(page: Page, path: str, size: Size) -> list[str]:
    """Return axe's violations of a page. Fails when the page is wider than the window."""
    await page.goto(path)
    found = await findings_at_size(page, picture_of(path, size), size)
    assert not await is_wider_than_the_window(page), path
    return found


@pytest.mark.parametrize("size", sizes("phone"))
async def test_every_page_passes_axe(creator: Account, open_page: OpenPage, size: Size) -> None:
    published = (await creator.call_api("GET", "/api/sessions/?my_sessions=true"))[0]["id"]
    visitor = await open_page("/", size)
    found: list[str] = []
    for path in (
        "/",
        "/?search=nothing+like+it",
        f"/sessions/{published}",
        "/sessions/gone",
        "/login",
        "/register",
        "/texts/help",
        "/no/such",
    ):
        found += await opened(visitor, path, size)
    member = await open_page("/", size)
    await creator.sign_in(member)
    for path in (
        "/dashboard",
        "/profile",
        "/profile/security",
        "/creator",
        "/creator/sessions/new",
        f"/creator/sessions/{published}/edit",
        "/creator/bookings",
    ):
        found += await opened(member, path, size)
    assert found == []


@pytest.mark.parametrize("size", sizes("phone"))
async def test_pages_of_booked_learner_pass_axe(site: Server, open_page: OpenPage, size: Size) -> None:
    creator, learner = await account(site, "creator"), await account(site)
    published = await scheduled_session(creator)
    start, *_ = await free_starts(creator, published["id"])
    await learner.call_api("POST", "/api/bookings/", session=published["id"], booking_date=start)
    page = await open_page("/", size)
    await learner.sign_in(page)
    await page.goto("/dashboard")
    await page.get_by_text(published["title"]).first.wait_for()
    assert await findings(page, f"booked-{size}") == []
    await page.get_by_role("button", name="Cancel").first.click()
    await page.get_by_role("dialog").wait_for()
    assert await findings(page, f"cancelling-{size}") == []


@pytest.mark.parametrize("size", sizes("desktop"))
async def test_back_office_pages_pass_axe(
    creator: Account, site: Server, database: str, open_page: OpenPage, size: Size
) -> None:
    staff, learner = await staff_member(site, database), await account(site, "user", "Noor")
    published = await scheduled_session(creator, title="Bread in a hurry")
    start, *_ = await free_starts(creator, published["id"])
    booked = await learner.call_api("POST", "/api/bookings/", session=published["id"], booking_date=start)
    await learner.call_api(
        "POST", f"/api/sessions/{published['id']}/report/", reason="misleading", text="It is not bread."
    )
    person = await creator.call_api("GET", "/api/auth/profile/")
    page = await open_page("/", size)
    await staff.sign_in(page)
    found: list[str] = []
    for path in (
        "/admin",
        "/admin/users",
        "/admin/users?search=nobody+like+them",
        f"/admin/users/{person['id']}",
        "/admin/users/gone",
        "/admin/sessions",
        f"/admin/sessions/{published['id']}",
        f"/admin/sessions/{published['id']}/edit",
        "/admin/bookings",
        f"/admin/bookings/{booked['id']}",
        "/admin/reports",
        "/admin/bulk",
        "/admin/audit",
        "/reset-password",
    ):
        found += await opened(page, path, size)
    await page.goto("/admin/sessions")
    await page.get_by_role("checkbox", name="Select Bread in a hurry").first.check()
    await page.get_by_role("button", name="Hide", exact=True).click()
    await page.get_by_text("Will change", exact=True).wait_for()
    found += await findings_at_size(page, f"admin-bulk-dialog-{size}", size)
    assert found == []
