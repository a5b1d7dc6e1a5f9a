"""People choose their mail and see what was sent to them; staff see why one did not go, and retry it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from playwright.async_api import Page, Route, expect

from browser.accounts import Account, account, free_starts, scheduled_session
from browser.conftest import DIST, OpenPage
from browser.page_checks import findings_by_mode, is_wider_than_the_window
from browser.staff import staff_member
from builders import a_message
from marketplace.core.domain.address_digests import address_digest
from marketplace.core.domain.messages import Message, MessageKind
from postgres.servers import Server, servers

PREFERENCES = "**/api/auth/preferences"
STORE = """
    INSERT INTO messages (id, user_id, kind, subject, version, booking_id, due_at, expires_at, state, attempts,
        message_id, last_error, created_at)
    VALUES ($1, $2, $3, $4, 0, $5, $6, $7, 'refused', 1, $8, $9, $6)
"""


@pytest.fixture(scope="module")
async def site(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    folder = tmp_path_factory.mktemp("demo")
    async with servers(1, database, folder, frontend_dir=DIST, worker_inside="on", inbox="on") as (server,):
        yield server


async def refused_reminder(database: str, learner: Account, booking_id: str) -> Message:
    """Verify the learner's address, then store a reminder that a mail server refused, with the mark of the address."""
    person = await learner.call_api("GET", "/api/auth/profile/")
    now = datetime.now(UTC)
    message = a_message(
        UUID(person["id"]), kind=MessageKind.REMINDER_DAY, booking_id=UUID(booking_id), due_at=now, created_at=now
    ).refused("550 5.1.1")
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("UPDATE users SET email_verified_at = now() WHERE id = $1", message.user_id)
        values = (message.kind, message.subject, message.booking_id, now, now + timedelta(days=1))
        await connection.execute(STORE, message.id, message.user_id, *values, message.message_id, message.last_error)
        await connection.execute(
            "INSERT INTO email_addresses VALUES ($1, $2, $3)", message.user_id, address_digest(learner.email), now
        )
    finally:
        await connection.close()
    return message


async def turn_off_with_a_bad_line(page: Page) -> None:
    """Turn a reminder off while the server can't be reached, and save the choice that stays later."""
    switch = page.get_by_role("switch", name="Reminder an hour before")
    await expect(switch).to_be_checked()

    async def fail(route: Route) -> None:
        await (route.abort() if route.request.method == "PUT" else route.continue_())

    await page.route(PREFERENCES, fail)
    await switch.click()
    await expect(page.get_by_role("alert")).to_contain_text("isn't saved yet")
    await expect(switch).not_to_be_checked()
    await page.unroute(PREFERENCES)
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("alert")).to_have_count(0)
    await expect(switch).not_to_be_checked()


async def test_refused_reminder_is_seen_by_its_recipient_and_retried_by_staff(
    site: Server, database: str, open_page: OpenPage
) -> None:
    creator, learner = await account(site, "creator", "Elena"), await account(site, first_name="Noor")
    session = await scheduled_session(creator, title="Bread that is announced")
    start = (await free_starts(creator, session["id"]))[2]
    booking = await learner.call_api("POST", "/api/bookings/", session=session["id"], booking_date=start)
    message = await refused_reminder(database, learner, booking["id"])
    staff = await staff_member(site, database)
    phone, desktop = await open_page("/", "phone"), await open_page("/")
    await learner.sign_in(phone)
    await staff.sign_in(desktop)

    await phone.goto("/profile")
    await turn_off_with_a_bad_line(phone)
    await phone.reload()
    await expect(phone.get_by_role("switch", name="Reminder an hour before")).not_to_be_checked()
    sent = phone.get_by_role("list", name="Mail to you").get_by_role("listitem")
    reminder = sent.filter(has_text="Reminder: Bread that is announced").filter(has_text="A mail server refused it")
    await expect(reminder).to_contain_text("Not sent")
    assert await findings_by_mode(phone, "mail-preferences-phone", is_dark_too=True) == []
    assert not await is_wider_than_the_window(phone)
    await reminder.get_by_role("link", name="Open booking").click()
    await expect(phone).to_have_url(f"{site_of(phone)}/dashboard?booking={booking['id']}")

    await desktop.goto("/admin")
    await desktop.get_by_role("link", name="1 email wasn't delivered").click()
    await expect(desktop.get_by_text("Answer of the server: 550 5.1.1")).to_be_visible()
    found = await findings_by_mode(desktop, "admin-mails", is_dark_too=True)
    await desktop.get_by_role("link", name="Open account").click()
    await desktop.get_by_role("button", name="Send mail again").click()
    await confirm(desktop, "Send mail again")
    await expect(desktop.get_by_text("A mail server refused this address")).to_have_count(0)
    found += await findings_by_mode(desktop, "admin-mails-of-user", is_dark_too=True)
    await desktop.get_by_role("button", name="Retry “Reminder: Bread that is announced”").click()
    await confirm(desktop, "Retry")
    assert found == []

    await sent_by_the_worker(learner, message)
    await desktop.goto(f"/admin/bookings/{booking['id']}")
    mails = desktop.get_by_role("region", name="Mail").get_by_role("listitem")
    await expect(mails.filter(has_text="Reminder: Bread").filter(has_text="Sent")).to_have_count(1)
    assert await findings_by_mode(desktop, "admin-mails-of-booking", is_dark_too=True) == []


async def sent_by_the_worker(learner: Account, message: Message) -> None:
    async with asyncio.timeout(10):
        while True:
            mails = await learner.call_api("GET", "/api/auth/messages/?limit=100")
            if (str(message.id), "sent") in {(each["id"], each["progress"]) for each in mails}:
                return
            await asyncio.sleep(0.1)


def site_of(page: Page) -> str:
    return "/".join(page.url.split("/")[:3])


async def confirm(page: Page, action: str) -> None:
    """Give a reason in the dialog, and confirm."""
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="Reason").fill("They asked by phone.")
    await dialog.get_by_role("button", name=action, exact=True).click()
    await expect(dialog).to_have_count(0)
