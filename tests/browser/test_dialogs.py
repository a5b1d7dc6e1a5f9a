"""Every dialog, and in `make test-long` at both sizes and in both modes: axe, focus, and closing by Escape."""

from dataclasses import dataclass

import pytest
from playwright.async_api import Locator, Page, expect

from browser.accounts import Account, account, free_starts, scheduled_session
from browser.conftest import OpenPage, Size
from browser.page_checks import findings, findings_at_size, findings_by_mode, is_wider_than_the_window, sizes
from browser.staff import staff_member
from postgres.servers import Server

pytestmark = pytest.mark.starts_first

Way = tuple[str, ...]
"""The start of the name of the button that opens it, or of a menu's button and then of its item."""
BREAD, PASTA = "Bread that rises", "Pasta by hand"


@dataclass(frozen=True, slots=True)
class Scene:
    """A creator with a confirmed and a pending booking, and the learners who made them."""

    creator: Account
    learner: Account
    sold: str
    booked: str
    requested: str


@pytest.fixture(scope="module")
async def scene(site: Server) -> Scene:
    creator, learner = await account(site, "creator", "Elena"), await account(site, first_name="Noor")
    bread = await scheduled_session(creator, title=BREAD)
    pasta = await scheduled_session(creator, title=PASTA, requires_confirmation=True)
    first, second, *_ = await free_starts(creator, bread["id"])
    booked = await learner.call_api("POST", "/api/bookings/", session=bread["id"], booking_date=first)
    requested = await learner.call_api("POST", "/api/bookings/", session=pasta["id"], booking_date=second)
    await learner.call_api("POST", f"/api/sessions/{bread['id']}/report/", reason="misleading", text="It is not bread.")
    return Scene(creator, learner, bread["id"], booked["id"], requested["id"])


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name).first


async def dialog_errors(page: Page, size: Size, path: str, *ways: Way) -> list[str]:
    """Open each dialog of a page in turn and close it by Escape; return axe's violations."""
    await page.goto(path)
    errors = []
    for way in ways:
        opener, *items = way
        await button(page, opener).click()
        for item in items:
            await page.get_by_role("menuitem", name=item).click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_be_visible()
        where = " > ".join(way)
        inside = page.locator("[role=dialog]:focus, [role=dialog] :focus")
        await expect(inside, f"{where}: the focus stays outside").to_have_count(1)
        picture = "-".join(["dialog", *where.lower().replace("> ", "").split(), size])
        # those of the catalog and of a session are of one size only
        if path == "/" or path.startswith("/sessions/"):
            found = await findings_by_mode(page, picture, "[role=dialog]", is_dark_too=True)
        else:
            found = await findings_at_size(page, picture, size, "[role=dialog]")
        errors += [f"{where}: {error}" for error in found]
        if await is_wider_than_the_window(page):
            errors.append(f"{where}: wider than the window")
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
        await expect(button(page, opener)).to_be_focused()
    return errors


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_learner_dialogs_are_accessible(scene: Scene, open_page: OpenPage, size: Size) -> None:
    page = await open_page("/", size)
    await scene.learner.sign_in(page)
    details = ("More actions for", "Details")
    cancel, move = ("Cancel",), ("Reschedule",)
    found = await dialog_errors(page, size, "/dashboard", cancel, move, details)
    found += await dialog_errors(page, size, "/profile/security", ("Sign out everywhere",))
    await page.goto("/profile")
    await page.get_by_role("button", name="Show calendar link").click()
    given = (await scene.learner.call_api("GET", "/api/calendar/"))["url"]
    await expect(page.get_by_label("Private link")).to_have_value(given)
    await page.get_by_role("button", name="Get a new link").click()
    found += await findings(page, f"dialog-new-address-{size}")
    if size == "phone":
        found += await dialog_errors(page, size, "/", ("Filters",), ("Menu",))
        found += await dialog_errors(page, size, f"/sessions/{scene.sold}", ("Choose a time",))
    else:
        filters = [(name,) for name in ("Price", "Duration", "When")]
        found += await dialog_errors(page, size, "/", *filters)
    assert found == []


@pytest.mark.parametrize("size", sizes("desktop"))
async def test_creator_dialogs_are_accessible(scene: Scene, open_page: OpenPage, size: Size) -> None:
    page = await open_page("/", size)
    await scene.creator.sign_in(page)
    found = await dialog_errors(page, size, "/creator", (f"More actions for {BREAD}", "Archive"))
    edit = f"/creator/sessions/{scene.sold}/edit?part=times"
    found += await dialog_errors(page, size, edit, ("Add days off",))
    person, time = f"More actions for {scene.learner.name}", f"More actions for {BREAD},"
    found += await dialog_errors(
        page,
        size,
        "/creator/bookings",
        (f"Decline {scene.learner.name}",),
        (person, "Details and history"),
        (person, "Reschedule"),
        (person, "Cancel booking"),
        (time, "Cancel all bookings"),
    )
    assert found == []


@pytest.mark.parametrize("size", sizes("desktop"))
async def test_staff_dialogs_are_accessible(
    scene: Scene, site: Server, database: str, open_page: OpenPage, size: Size
) -> None:
    page = await open_page("/", size)
    staff = await staff_member(site, database, is_superuser=True)
    await staff.sign_in(page)
    person = await scene.creator.call_api("GET", "/api/auth/profile/")
    more = "More actions for"
    found = await dialog_errors(
        page,
        size,
        f"/admin/users/{person['id']}",
        ("Deactivate",),
        ("View as user",),
        ("Edit",),
        (more, "Password reset link"),
        (more, "Make learner"),
        (more, "Permissions"),
    )
    found += await dialog_errors(
        page,
        size,
        f"/admin/sessions/{scene.sold}",
        ("Hide",),
        ("Dismiss",),
        (more, "Feature"),
        (more, "Archive"),
    )
    reschedule, cancel = ("Reschedule",), ("Cancel booking",)
    found += await dialog_errors(page, size, f"/admin/bookings/{scene.booked}", reschedule, cancel)
    confirm, decline = ("Confirm",), ("Decline",)
    found += await dialog_errors(page, size, f"/admin/bookings/{scene.requested}", confirm, decline)
    assert found == []


async def test_missing_reason_shows_error_and_focuses_field(
    scene: Scene, site: Server, database: str, open_page: OpenPage
) -> None:
    page = await open_page("/")
    await (await staff_member(site, database)).sign_in(page)
    await page.goto(f"/admin/bookings/{scene.booked}")
    await button(page, "Cancel booking").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Cancel booking").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Enter a reason.")
    await expect(dialog.get_by_label("Reason")).to_be_focused()
