"""The back office: moderation, accounts, bulk actions, exports and impersonation."""

import csv
import re
from pathlib import Path

import openpyxl
from playwright.async_api import Locator, Page, expect

from browser.accounts import PASSWORD, Account, account, expect_text, fill_sign_in, free_starts, scheduled_session
from browser.conftest import OpenPage
from browser.staff import add_users, staff_member
from example_search import IS_LONG
from postgres.servers import Server

MANY_USERS = 2_000 if IS_LONG else 500
LONG = 120_000
"""Milliseconds allowed for thousands of rows."""
NEW_PASSWORD = "a lamp beside the door"


async def give_reason(page: Page, reason: str, button: str) -> None:
    """Fill in the reason in the open dialog and confirm it."""
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Reason").fill(reason)
    await dialog.get_by_role("button", name=button).click()


async def open_as_staff(staff: Account, open_page: OpenPage, path: str) -> Page:
    """Sign in as staff and open a page of the back office."""
    page = await open_page("/")
    await staff.sign_in(page)
    await page.goto(path)
    return page


def row(page: Page, text: str) -> Locator:
    return page.get_by_role("row").filter(has_text=text)


async def test_reported_session_is_hidden_with_reason_shown_to_creator_and_restored(
    site: Server, database: str, open_page: OpenPage
) -> None:
    staff, creator, learner = await staff_member(site, database), await account(site, "creator"), await account(site)
    published = await scheduled_session(creator, title="Bread of gold")
    public = await open_page("/", "phone")
    await learner.sign_in(public)
    await public.goto(f"/sessions/{published['id']}")
    await public.get_by_role("button", name="Report this session").click()
    await public.get_by_label("It's misleading").check()
    await public.get_by_label("Tell us more").fill("There is no gold in it.")
    await public.get_by_role("button", name="Send report").click()
    await expect_text(public, "Thank you. Our staff will review it.")

    back_office = await open_as_staff(staff, open_page, "/admin/reports")
    await expect_text(back_office, "There is no gold in it.")
    await back_office.get_by_role("button", name="Hide session").click()
    await give_reason(back_office, "No gold in the bread.", "Hide session")
    await expect_text(back_office, "No open reports")
    await public.reload()
    await expect(public.get_by_role("heading", name="Bread of gold")).to_be_hidden()

    own = await open_page("/")
    await creator.sign_in(own)
    await own.goto("/creator")
    await expect_text(own, "No gold in the bread.")

    await back_office.goto(f"/admin/sessions/{published['id']}")
    await back_office.get_by_role("button", name="Restore").click()
    await back_office.get_by_role("dialog").get_by_role("button", name="Restore session").click()
    await expect_text(back_office, "Session restored.")
    await public.goto(f"/sessions/{published['id']}")
    await expect(public.get_by_role("heading", name="Bread of gold")).to_be_visible()


async def test_staff_sign_a_user_out_on_one_device_and_everywhere(
    site: Server, database: str, open_page: OpenPage
) -> None:
    staff, learner = await staff_member(site, database), await account(site)
    user = await learner.call_api("GET", "/api/auth/profile/")
    for device in ("desktop", "phone"):
        await learner.sign_in(await open_page("/", device))
    page = await open_as_staff(staff, open_page, f"/admin/users/{user['id']}")
    logins = page.locator("section").filter(has=page.get_by_role("heading", name="Logins", exact=True))
    await expect(logins.get_by_role("listitem").nth(1)).to_be_visible()
    devices = await logins.get_by_role("listitem").count()

    await logins.get_by_role("button", name="Sign out ").first.click()
    await give_reason(page, "They lost a phone.", "Sign out")
    await expect_text(page, "Signed out.")
    await expect(logins.get_by_role("listitem")).to_have_count(devices - 1)

    await logins.get_by_role("button", name="Sign out everywhere").click()
    await give_reason(page, "They asked for it.", "Sign out everywhere")
    await expect(logins.get_by_text("Not signed in anywhere.")).to_be_visible()


async def test_deactivated_creator_is_signed_out_and_their_sold_seats_can_be_cancelled(
    site: Server, database: str, open_page: OpenPage
) -> None:
    staff, creator, learner = (
        await staff_member(site, database),
        await account(site, "creator", "Mallory"),
        await account(site),
    )
    published = await scheduled_session(creator)
    start, *_ = await free_starts(creator, published["id"])
    await learner.call_api("POST", "/api/bookings/", session=published["id"], booking_date=start)
    second_learner = await account(site)
    await second_learner.call_api("POST", "/api/bookings/", session=published["id"], booking_date=start, seats=2)
    own = await open_page("/")
    await creator.sign_in(own)

    back_office = await open_as_staff(staff, open_page, "/admin/users")
    await back_office.get_by_role("searchbox", name="Name, username or email").fill(creator.email)
    await back_office.get_by_role("link", name=creator.name).click()
    await back_office.get_by_role("button", name="Deactivate").click()
    dialog = back_office.get_by_role("dialog")
    await expect(dialog.get_by_text("2 upcoming bookings:")).to_be_visible()
    await expect(dialog.get_by_role("listitem")).to_have_count(1)
    await expect(dialog.get_by_role("listitem")).to_contain_text("2 bookings, seats: 3")
    await dialog.get_by_label("Also cancel these bookings").check()
    await give_reason(back_office, "Takes money and does not come.", "Deactivate")
    await expect_text(back_office, "2 of 2 cancelled")
    await back_office.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    await expect(back_office.get_by_text("Deactivated", exact=True).first).to_be_visible()

    await own.goto("/creator")
    await expect(own.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    gone = await site.client.get(f"/api/sessions/{published['id']}/")
    assert gone.status_code == 404
    assert [one["status"] for one in await learner.call_api("GET", "/api/bookings/")] == ["cancelled"]


async def test_bulk_action_on_all_matches_shows_preview_progress_and_skipped_rows(
    site: Server, database: str, open_page: OpenPage
) -> None:
    staff = await staff_member(site, database)
    await add_users(database, MANY_USERS)
    back_office = await open_as_staff(staff, open_page, "/admin/users?search=example&limit=100")
    await back_office.get_by_label("Select all on this page").check()
    await expect_text(back_office, "100 selected")
    await back_office.get_by_role("button", name="Select all").click()
    await expect_text(back_office, "matches are selected")
    await back_office.get_by_role("button", name="Deactivate", exact=True).click()
    dialog = back_office.get_by_role("dialog")
    await expect(dialog.get_by_text("Will change", exact=True)).to_be_visible(timeout=LONG)
    await dialog.get_by_text("What will be skipped, and why").click()
    await expect(dialog.get_by_text("You can't do this to your own account.")).to_be_visible()
    await give_reason(back_office, "They never came.", "Deactivate ")
    await back_office.wait_for_url("**/admin/bulk?run=*")
    bar = back_office.get_by_role("progressbar")
    await expect(bar).to_be_visible()
    await expect(back_office.get_by_text("Finished", exact=True)).to_be_visible(timeout=LONG)
    total = await bar.get_attribute("aria-valuemax")
    assert total is not None
    assert int(total) >= MANY_USERS
    await expect(bar).to_have_attribute("aria-valuenow", total)
    await expect_text(back_office, "This account is already deactivated.")
    await back_office.goto("/admin/users?search=example&is_active=false")
    shown = back_office.get_by_role("navigation", name="Pages").get_by_role("status")
    await expect(shown).to_contain_text("20 of ")
    # all except the staff accounts, which are one in a thousand
    assert int((await shown.inner_text()).split()[-1].replace(",", "")) >= MANY_USERS - MANY_USERS / 1_000 - 1


async def test_list_exports_as_file_that_spreadsheets_open(
    site: Server, database: str, open_page: OpenPage, tmp_path: Path
) -> None:
    staff, creator = await staff_member(site, database), await account(site, "creator", "Elodie")
    await scheduled_session(creator, title="=1+1 in the kitchen", price="19.90")
    await scheduled_session(creator, title="Crêpes, thin; and thick", price="30.00")
    me = await creator.call_api("GET", "/api/auth/profile/")
    back_office = await open_as_staff(staff, open_page, f"/admin/sessions?creator={me['id']}&ordering=price")
    await expect_text(back_office, "2 of 2")

    async def saved(form: str) -> Path:
        await back_office.get_by_role("button", name="Export").click()
        async with back_office.expect_download() as coming:
            await back_office.get_by_role("menuitem", name=form).click()
        file = await coming.value
        target = tmp_path / file.suggested_filename
        await file.save_as(target)
        return target

    with (await saved("CSV")).open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["title"] for line in lines] == ["'=1+1 in the kitchen", "Crêpes, thin; and thick"]
    assert [line["price"] for line in lines] == ["19.90", "30.00"]
    head, *rows = openpyxl.load_workbook(await saved("XLSX")).worksheets[0].iter_rows(values_only=True)
    titles = [each[head.index("title")] for each in rows]
    assert titles == ["=1+1 in the kitchen", "Crêpes, thin; and thick"]


async def test_impersonation_is_read_only_and_limited_to_its_tab(
    site: Server, database: str, open_page: OpenPage
) -> None:
    staff, learner = await staff_member(site, database), await account(site, "user", "Noor")
    me = await learner.call_api("GET", "/api/auth/profile/")
    back_office = await open_as_staff(staff, open_page, f"/admin/users/{me['id']}")
    await back_office.get_by_role("button", name="View as user").click()
    await give_reason(back_office, "They cannot find their bookings.", "View as user")
    bar = back_office.get_by_role("complementary", name="Viewing the site as another user")
    await expect(bar).to_contain_text(f"You're viewing the site as {learner.name}")
    await back_office.get_by_role("link", name="My bookings").first.click()
    await expect(bar).to_be_visible()
    await back_office.get_by_role("button", name=f"{learner.name}'s account").click()
    await back_office.get_by_role("menuitem", name="Profile").click()
    await back_office.get_by_label("Last name").fill("Changed")
    await back_office.get_by_role("button", name="Save").first.click()
    await expect_text(back_office, "so you can't change anything")
    await back_office.get_by_role("button", name="Discard").click()
    other_tab = await open_page("/profile", same_person_as=back_office)
    await expect_text(other_tab, staff.email)

    await bar.get_by_role("button", name="Stop viewing").click()
    await expect(bar).to_be_hidden()
    await expect(back_office.get_by_role("heading", name=learner.name)).to_be_visible()
    await back_office.goto(f"/admin/audit?target={me['id']}")
    await expect(row(back_office, "Change blocked while viewing as user")).to_contain_text(f"as {learner.name}")


async def test_a_password_link_is_shown_once_and_sets_a_password(
    site: Server, database: str, open_page: OpenPage
) -> None:
    staff, learner = await staff_member(site, database), await account(site)
    me = await learner.call_api("GET", "/api/auth/profile/")
    back_office = await open_as_staff(staff, open_page, f"/admin/users/{me['id']}")
    await back_office.get_by_role("button", name="More actions for").click()
    await back_office.get_by_role("menuitem", name="Password reset link").click()
    await give_reason(back_office, "Asked on the phone.", "Create link")
    field = back_office.get_by_role("textbox", name="Link")
    await expect(field).to_have_value(re.compile("^http"))
    link = await field.input_value()

    person = await open_page("/", "phone")
    await person.goto(link)
    await person.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    await person.get_by_role("button", name="Set password").click()
    await expect(person.get_by_role("heading", name="Your password is set")).to_be_visible()
    await person.goto("/login")
    await fill_sign_in(person, learner.email, PASSWORD)
    await expect_text(person, "Incorrect email or password.")
    await fill_sign_in(person, learner.email, NEW_PASSWORD)
    await person.wait_for_url(lambda address: "/login" not in address)
    again = await open_page("/")
    await again.goto(link)
    await again.get_by_label("New password", exact=True).fill("yet another password")
    await again.get_by_role("button", name="Set password").click()
    await expect(again.get_by_role("heading", name="This link doesn't work anymore")).to_be_visible()


async def test_back_office_is_hidden_from_others(site: Server, open_page: OpenPage) -> None:
    visitor = await open_page("/admin/users")
    await visitor.wait_for_url("**/login?next=*")
    learner = await account(site)
    await learner.sign_in(visitor)
    await visitor.goto("/admin/users")
    await expect(visitor.get_by_role("heading", name="Page not found")).to_be_visible()


async def test_featured_session_comes_first_on_front_page_once(
    site: Server, database: str, open_page: OpenPage
) -> None:
    staff, creator = await staff_member(site, database), await account(site, "creator")
    older = await scheduled_session(creator, title="Knots for sailors")
    await scheduled_session(creator, title="Knots for climbers")
    await staff.call_api("POST", f"/api/admin/sessions/{older['id']}/feature/", reason="A lovely one.")
    visitor = await open_page("/", "phone")
    cards = visitor.get_by_role("article")
    await expect(cards.first).to_contain_text("Knots for sailors")
    await expect(cards.first).to_contain_text("Recommended")
    await expect(cards.filter(has_text="Knots for sailors")).to_have_count(1)
