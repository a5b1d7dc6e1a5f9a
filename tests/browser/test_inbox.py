"""The inbox of a demo, and unsubscribing, in a real browser."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from playwright.async_api import expect

from browser.accounts import account
from browser.conftest import DIST, OpenPage, Size
from browser.page_checks import findings
from builders import a_message
from marketplace.adapters.security.secret_keys import SecretKeys
from marketplace.adapters.security.unsubscribe_tokens import HmacUnsubscribeTokens
from marketplace.core.domain.messages import MessageKind
from postgres.servers import SECRET_KEY, Server, servers


@pytest.fixture(scope="module")
async def site(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    folder = tmp_path_factory.mktemp("demo")
    async with servers(1, database, folder, frontend_dir=DIST, worker_inside="on", inbox="on") as (server,):
        yield server


async def test_mail_of_a_registration_is_read_in_the_inbox(site: Server, open_page: OpenPage) -> None:
    await account(site)
    page = await open_page("/inbox", "phone")
    mail = page.get_by_role("link", name="Confirm your email address").first
    await mail.wait_for()
    assert await findings(page, "inbox-phone") == []

    await mail.click()

    button = page.frame_locator("iframe").get_by_role("link", name="Confirm address")
    await expect(button).to_be_visible()
    await page.get_by_role("tab", name="Text").click()
    await expect(page.get_by_text("confirm that this address is yours")).to_be_visible()


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_link_of_a_mail_unsubscribes_only_by_its_button(site: Server, open_page: OpenPage, size: Size) -> None:
    person = await account(site)
    user_id = UUID((await person.call_api("GET", "/api/auth/profile/"))["id"])
    token = HmacUnsubscribeTokens(SecretKeys((SECRET_KEY,))).sign(a_message(user_id, kind=MessageKind.REMINDER_DAY))
    page = await open_page(f"/unsubscribe/{token}", size)
    await expect(page.get_by_text("reminder a day before")).to_be_visible()
    assert await findings(page, f"unsubscribe-{size}") == []

    await page.get_by_role("button", name="Stop these emails").click()

    await expect(page.get_by_role("heading", name="Done")).to_be_visible()
