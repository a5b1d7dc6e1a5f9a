"""What staff see of how a user signs in, and of who waits for a session."""

from uuid import UUID

import pytest
from playwright.async_api import Locator, Page, expect

from browser.accounts import account, expect_text, free_starts, scheduled_session
from browser.conftest import OpenPage, Size
from browser.page_checks import findings_by_mode, is_wider_than_the_window
from browser.staff import staff_member
from builders import stored_second_factor
from identity_records import stored_identity
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from passkey_records import stored_passkey
from postgres.servers import Server


async def wrong_on(page: Page, name: str, size: Size) -> list[str]:
    found = await findings_by_mode(page, f"{name}-{size}", is_dark_too=True)
    return [*found, f"{name} is too wide"] if await is_wider_than_the_window(page) else found


def panel(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_staff_see_how_a_user_signs_in(site: Server, database: str, open_page: OpenPage, size: Size) -> None:
    staff, plain, learner = await staff_member(site, database), await account(site), await account(site)
    users = [(await each.call_api("GET", "/api/auth/profile/"))["id"] for each in (plain, learner)]
    opened = await connect(database, PoolLimits(max_size=4))
    storage = postgres_storage(opened)
    await stored_second_factor(storage, await storage.users.get(UUID(users[1])))
    await stored_passkey(storage, UUID(users[1]), is_backed_up=True)
    await stored_passkey(storage, UUID(users[1]), name="The phone of Ada Lovelace, with a name that is rather long")
    await stored_identity(storage, UUID(users[1]), email="ada.lovelace.of.ockham@mailbox.example.org")
    await opened.close()
    page = await open_page("/", size)
    await staff.sign_in(page)

    await page.goto(f"/admin/users/{users[0]}")
    ways = panel(page, "Ways to sign in")
    await expect(ways.get_by_text("Off", exact=True)).to_be_visible()
    await expect(ways.get_by_text("None", exact=True)).to_have_count(2)
    wrong = await wrong_on(page, "staff-ways-in-none", size)

    await page.goto(f"/admin/users/{users[1]}")
    await expect(ways.get_by_text("Firefox on Linux")).to_be_visible()
    await expect(ways.get_by_text("ada.lovelace.of.ockham@mailbox.example.org")).to_be_visible()
    await expect(ways.get_by_text("Recovery codes left")).to_be_visible()
    assert wrong + await wrong_on(page, "staff-ways-in", size) == []


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_staff_see_who_waits_for_a_session(site: Server, database: str, open_page: OpenPage, size: Size) -> None:
    staff, creator, learner = await staff_member(site, database), await account(site, "creator"), await account(site)
    offered = await scheduled_session(creator, max_participants=1, payment_method="at_session")
    starts = (await free_starts(creator, offered["id"]))[:2]
    booked = [
        await learner.call_api("POST", "/api/bookings/", session=offered["id"], booking_date=each) for each in starts
    ]
    for name in ("Nora", "Ivo"):
        person = await account(site, first_name=name)
        for each in starts:
            await person.call_api("POST", f"/api/sessions/{offered['id']}/slots/waitlist/", starts_at=each)
    await learner.call_api("POST", f"/api/bookings/{booked[0]['id']}/cancel/")
    page = await open_page("/", size)
    await staff.sign_in(page)

    await page.goto(f"/admin/sessions/{offered['id']}")

    line = panel(page, "Waitlist")
    await expect(line.get_by_role("listitem")).to_have_count(4)
    await expect(line.get_by_text("Offered until")).to_have_count(1)
    assert await wrong_on(page, "staff-waitlist", size) == []
    await line.get_by_role("link", name="Nora").first.click()
    await expect_text(page, "Ways to sign in")


async def test_session_that_no_one_waits_for_says_so(site: Server, database: str, open_page: OpenPage) -> None:
    staff, creator = await staff_member(site, database), await account(site, "creator")
    offered = await scheduled_session(creator)
    page = await open_page("/")
    await staff.sign_in(page)

    await page.goto(f"/admin/sessions/{offered['id']}")

    await expect(panel(page, "Waitlist").get_by_text("No one waits for this session.")).to_be_visible()
