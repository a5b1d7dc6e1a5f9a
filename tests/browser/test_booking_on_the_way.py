"""A visitor books, and signs in or registers over the page: the booking is completed after it."""

from playwright.async_api import expect

from browser.accounts import PASSWORD, account, free_starts, fresh, scheduled_session
from browser.conftest import OpenPage
from postgres.servers import Server


async def test_visitor_registers_on_the_way_and_is_booked(site: Server, open_page: OpenPage) -> None:
    creator = await account(site, "creator", "Elena")
    published = await scheduled_session(creator)
    first, *_ = await free_starts(creator, published["id"])
    page = await open_page(f"/sessions/{published['id']}?at={first}&seats=2", "phone")
    await page.get_by_role("dialog").get_by_role("button", name="Book", exact=True).click()

    dialog = page.get_by_role("dialog", name="Sign in to book")
    summary = dialog.get_by_role("region", name="What you're booking")
    await expect(summary).to_contain_text(published["title"])
    await expect(summary).to_contain_text("2 seats · €49")
    await dialog.get_by_role("textbox", name="Email").fill("stranger@example.org")
    await dialog.get_by_role("textbox", name="Password", exact=True).fill("not the password")
    await dialog.get_by_role("button", name="Sign in and book").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Incorrect email or password.")

    await dialog.get_by_role("button", name="Create account").click()
    dialog = page.get_by_role("dialog", name="Create an account to book")
    await dialog.get_by_label("Name").fill("Ivo Tailor")
    await dialog.get_by_role("textbox", name="Email").fill(creator.email)
    await dialog.get_by_role("textbox", name="Password", exact=True).fill(PASSWORD)
    await dialog.get_by_role("button", name="Create account and book").click()
    await expect(dialog.get_by_text("An account with this email already exists.")).to_be_visible()
    await dialog.get_by_role("textbox", name="Email").fill(f"{fresh('ivo')}@example.org")
    await dialog.get_by_role("button", name="Create account and book").click()

    await expect(page.get_by_role("heading", name="You're booked")).to_be_visible()
    (booked,) = await creator.call_api("GET", "/api/bookings/creator_bookings/")
    assert (booked["booking_date"], booked["seats"], booked["user_details"]["last_name"]) == (first, 2, "Tailor")
    assert booked["user_details"]["username"].startswith("ivo.tailor")
    assert site.failures() == []


async def test_seat_taken_while_signing_in_is_said_in_the_panel(site: Server, open_page: OpenPage) -> None:
    creator, quick = await account(site, "creator"), await account(site)
    slow = await account(site, time_zone="America/Havana")
    published = await scheduled_session(creator, max_participants=1)
    first, *_ = await free_starts(creator, published["id"])
    page = await open_page(f"/sessions/{published['id']}?at={first}")
    await page.get_by_role("complementary").get_by_role("button", name="Book", exact=True).click()
    dialog = page.get_by_role("dialog", name="Sign in to book")
    await expect(dialog).to_be_visible()
    await quick.call_api("POST", "/api/bookings/", session=published["id"], booking_date=first)

    await dialog.get_by_role("textbox", name="Email").fill(slow.email)
    await dialog.get_by_role("textbox", name="Password", exact=True).fill(PASSWORD)
    await dialog.get_by_role("button", name="Sign in and book").click()

    await expect(page.get_by_role("alert")).to_contain_text("That seat was just taken.")
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("radio").first).to_be_attached()
    assert await slow.call_api("GET", "/api/bookings/") == []
    notice = page.get_by_role("listitem").filter(has_text="Times are now shown in Havana")
    await notice.get_by_role("button", name="Use Berlin").click()
    await expect(page.get_by_text("Your profile is updated.")).to_be_visible()
    assert (await slow.call_api("GET", "/api/auth/profile/"))["time_zone"] == "Europe/Berlin"
    assert site.failures() == []
