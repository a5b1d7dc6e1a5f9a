"""Two-step sign-in: set up, used, and asked for before what a borrowed device must not do."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pyotp
import pytest
from playwright.async_api import Page, expect

from browser.accounts import PASSWORD, Account, account, fill_sign_in
from browser.conftest import DIST, OpenPage
from browser.page_checks import findings_by_mode, is_wider_than_the_window
from browser.staff import staff_member
from postgres.servers import Server, servers

NEW_PASSWORD = "a staple of batteries"
STEP = 30
"""Seconds for which a code is shown."""
LONG_AGO = 11 * 60
"""Seconds after which a proof no longer counts."""
LOOKS_EVERY = 600
"""Milliseconds after which the program has seen that its clock was moved: it looks twice a second."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
async def site(database: str, folder: Path) -> AsyncIterator[Server]:
    """Run a program whose clock can be moved, and which requires two-step sign-in of staff."""
    changes = {"worker_inside": "on", "inbox": "on", "data_dir": folder, "staff_second_factor": "required"}
    async with servers(1, database, folder, frontend_dir=DIST, **changes) as (server,):
        yield server


class Phone:
    """An authenticator app, whose clock is that of the site."""

    def __init__(self, secret: str, folder: Path) -> None:
        self._totp = pyotp.TOTP(secret.replace(" ", ""))
        self._folder = folder
        self._last = ""

    async def code(self, page: Page) -> str:
        """Return a code that was not used; if it was, the next one, by moving the clock."""
        if (code := self._now()) == self._last:
            await move_clock(page, self._folder, STEP)
            code = self._now()
        self._last = code
        return code

    def _now(self) -> str:
        return self._totp.at(int(time.time()) + ahead(self._folder))


def ahead(folder: Path) -> int:
    clock = folder / "clock"
    return int(clock.read_text()) if clock.exists() else 0


async def move_clock(page: Page, folder: Path, seconds: int = LONG_AGO) -> None:
    (folder / "clock").write_text(str(ahead(folder) + seconds))
    await page.wait_for_timeout(LOOKS_EVERY)


async def check(page: Page, name: str) -> None:
    assert await findings_by_mode(page, name, is_dark_too=True) == []
    assert not await is_wider_than_the_window(page)


async def turn_on(page: Page, folder: Path, name: str = "") -> tuple[Phone, list[str]]:
    """Set it up on the page of sign-in and security. Return the app and the recovery codes."""
    section = page.get_by_role("region", name="Two-step sign-in")
    await section.get_by_role("button", name="Turn on").press("Enter")
    secret = await section.get_by_role("textbox", name="Secret").input_value()
    phone = Phone(secret, folder)
    await expect(section.get_by_role("img", name="QR code")).to_be_visible()
    await expect(section.get_by_role("textbox", name="Code")).to_be_focused()
    if name:
        await check(page, f"two-step-setup-{name}")
    await section.get_by_role("textbox", name="Code").fill(await phone.code(page))
    await page.keyboard.press("Enter")
    codes = section.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    await expect(codes).to_have_count(10)
    if name:
        await check(page, f"two-step-codes-{name}")
    recovery_codes = await codes.all_inner_texts()
    await section.get_by_role("button", name="I've saved them").click()
    await expect(section.get_by_text("On since")).to_be_visible()
    if name:
        await check(page, f"two-step-on-{name}")
    return phone, recovery_codes


async def enter_password(page: Page, person: Account) -> None:
    await fill_sign_in(page, person.email)
    await expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()


async def test_person_sets_it_up_and_signs_in_with_a_code_and_with_a_recovery_code(
    site: Server, open_page: OpenPage, folder: Path
) -> None:
    person = await account(site)
    page = await open_page("/", "phone")
    await person.sign_in(page)
    await page.goto("/profile/security#two-step")
    await expect(page.get_by_role("region", name="Two-step sign-in").get_by_text("Off")).to_be_visible()
    await check(page, "two-step-off-phone")
    phone, recovery_codes = await turn_on(page, folder, "phone")

    page = await open_page("/login", "phone")
    await enter_password(page, person)
    code = page.get_by_role("textbox", name="Code")
    await expect(code).to_be_focused()
    await expect(code).to_have_attribute("autocomplete", "one-time-code")
    await expect(code).to_have_attribute("inputmode", "numeric")
    await check(page, "two-step-sign-in-phone")
    await code.fill("000000")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("This code isn't right")
    await check(page, "two-step-wrong-phone")
    # as it is copied from an app
    right = await phone.code(page)
    await code.fill("")
    await code.evaluate("(field, text) => { field.focus(); document.execCommand('insertText', false, text); }", right)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.wait_for_url("**/")

    page = await open_page("/login", "phone")
    await enter_password(page, person)
    await page.get_by_role("button", name="Use a recovery code").press("Enter")
    recovery = page.get_by_role("textbox", name="Recovery code")
    await expect(recovery).to_be_focused()
    await check(page, "two-step-recovery-phone")
    await recovery.fill(recovery_codes[0].upper())
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/")
    await page.goto("/profile/security")
    await expect(page.get_by_text("9 recovery codes left")).to_be_visible()


async def test_old_login_is_proved_again_with_the_password_to_turn_it_on(
    site: Server, open_page: OpenPage, folder: Path
) -> None:
    person = await account(site)
    page = await open_page("/", "phone")
    await person.sign_in(page)
    await move_clock(page, folder)
    await page.goto("/profile/security")
    button = page.get_by_role("region", name="Two-step sign-in").get_by_role("button", name="Turn on")
    await button.press("Enter")
    dialog = page.get_by_role("dialog", name="Confirm that it's you")
    await expect(dialog.get_by_role("textbox", name="Password")).to_be_focused()
    await check(page, "step-up-password-phone")
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_text("Confirm that it's you first.")).to_be_visible()

    await button.press("Enter")
    await dialog.get_by_role("textbox", name="Password").fill("not it")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_have_text("This isn't your password.")
    await dialog.get_by_role("textbox", name="Password").fill(PASSWORD)
    await page.keyboard.press("Enter")

    await expect(page.get_by_role("img", name="QR code")).to_be_visible()
    await expect(dialog).to_be_hidden()


async def test_old_login_is_proved_again_with_a_code_to_change_password_and_address(
    site: Server, open_page: OpenPage, folder: Path
) -> None:
    person = await account(site)
    page = await open_page("/")
    await person.sign_in(page)
    await page.goto("/profile/security")
    phone, _ = await turn_on(page, folder)
    dialog = page.get_by_role("dialog", name="Confirm that it's you")

    await move_clock(page, folder)
    await page.get_by_role("textbox", name="Current password").fill(PASSWORD)
    await page.get_by_role("textbox", name="New password").fill(NEW_PASSWORD)
    await page.get_by_role("button", name="Change password").click()
    await expect(dialog).to_be_visible()
    await check(page, "step-up-code-desktop")
    await dialog.get_by_role("textbox", name="Code").fill(await phone.code(page))
    await dialog.get_by_role("button", name="Confirm").click()
    await expect(page.get_by_text("Password changed.")).to_be_visible()

    await move_clock(page, folder)
    await page.goto("/profile")
    await page.get_by_role("textbox", name="New email").fill(f"new.{person.email}")
    await page.get_by_role("textbox", name="Current password").fill(NEW_PASSWORD)
    await page.get_by_role("button", name="Change email").click()
    await dialog.get_by_role("textbox", name="Code").fill(await phone.code(page))
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(f"new.{person.email}").first).to_be_visible()


async def test_staff_are_led_to_set_it_up_before_they_reach_the_back_office(
    site: Server, open_page: OpenPage, folder: Path, database: str
) -> None:
    member = await staff_member(site, database, is_superuser=True)
    page = await open_page("/", "phone")
    await member.sign_in(page)
    await page.goto("/admin")
    await expect(page.get_by_role("heading", name="Set up two-step sign-in first")).to_be_visible()
    await check(page, "two-step-staff-phone")
    await page.get_by_role("link", name="Set it up").click()
    await expect(page.get_by_text("You work here, so you need this")).to_be_visible()
    await turn_on(page, folder)

    await page.goto("/admin/users")
    await expect(page.get_by_role("heading", name="Users", exact=True)).to_be_visible()


async def test_staff_turn_it_off_for_a_person_who_lost_their_phone(
    site: Server, open_page: OpenPage, folder: Path, database: str
) -> None:
    person, member = await account(site), await staff_member(site, database)
    page = await open_page("/")
    await person.sign_in(page)
    await page.goto("/profile/security")
    await turn_on(page, folder)
    staff = await open_page("/")
    await member.sign_in(staff)
    await staff.goto("/profile/security")
    await turn_on(staff, folder)
    await staff.goto("/admin/users")
    await staff.get_by_role("searchbox").fill(person.email)
    await staff.get_by_role("link", name=person.name).click()
    await staff.get_by_role("button", name="More").click()
    await staff.get_by_role("menuitem", name="Turn off two-step sign-in").click()
    await check(staff, "two-step-removal-desktop")
    await staff.get_by_role("textbox", name="Reason").fill("They lost their phone.")
    await staff.get_by_role("button", name="Turn off", exact=True).click()
    await expect(staff.get_by_text("Two-step sign-in is off for")).to_be_visible()

    page = await open_page("/login")
    await fill_sign_in(page, person.email)
    await page.wait_for_url("**/")
