"""The two parties of a booking write to each other, on a phone and on a desktop."""

from playwright.async_api import Page, Route, expect

from browser.accounts import Account, account, free_starts, scheduled_session
from browser.conftest import OpenPage
from browser.page_checks import findings_by_mode, is_wider_than_the_window
from postgres.servers import Server

QUESTION, ANSWER = "Is there a place to park?", "Yes, behind the house."


async def booked(creator: Account, learner: Account, title: str) -> str:
    """Book the first start of a new session. Return the booking's ID."""
    session = await scheduled_session(creator, title=title)
    start = (await free_starts(creator, session["id"]))[0]
    booking = await learner.call_api("POST", "/api/bookings/", session=session["id"], booking_date=start)
    return str(booking["id"])


async def send(page: Page, text: str) -> None:
    """Type a message where the focus is, and send it by keyboard."""
    await expect(page.get_by_role("textbox", name="Message to")).to_be_focused()
    await page.keyboard.type(text)
    await page.keyboard.press("Control+Enter")


async def test_learner_asks_on_a_phone_and_the_creator_answers(site: Server, open_page: OpenPage) -> None:
    creator, learner = await account(site, "creator", "Elena"), await account(site, first_name="Noor")
    title = "Bread that is talked about"
    await booked(creator, learner, title)
    phone, desktop = await open_page("/", "phone"), await open_page("/", "desktop")
    await learner.sign_in(phone)
    await creator.sign_in(desktop)
    await phone.goto("/dashboard")

    await phone.get_by_role("button", name=f"More actions for “{title}”").click()
    await phone.get_by_role("menuitem", name=f"Write to {creator.name}").click()
    await send(phone, QUESTION)
    log = phone.get_by_role("log", name=f"Messages with {creator.name}")
    await expect(log.get_by_text(QUESTION)).to_be_visible()
    await expect(phone.get_by_role("textbox", name="Message to")).to_have_value("")
    found = await findings_by_mode(phone, "conversation-phone", "[role=dialog]", is_dark_too=True)
    assert not await is_wider_than_the_window(phone)

    await desktop.goto("/creator/bookings")
    attendees = desktop.get_by_role("navigation").get_by_role("link", name="Attendees")
    await expect(attendees).to_have_accessible_name("Attendees 1 new message")
    await expect(desktop.get_by_role("main").get_by_text("1 new message")).to_be_visible()
    found += await findings_by_mode(desktop, "attendees-unread", is_dark_too=True)
    await desktop.get_by_role("button", name=f"More actions for {learner.name}").click()
    await desktop.get_by_role("menuitem", name="Write a message").click()
    await expect(desktop.get_by_role("log").get_by_text(QUESTION)).to_be_visible()
    await send(desktop, ANSWER)
    await expect(desktop.get_by_role("log").get_by_text(ANSWER)).to_be_visible()
    await desktop.keyboard.press("Escape")
    await expect(attendees).to_have_accessible_name("Attendees")

    await phone.reload()
    await expect(phone.get_by_role("log").get_by_text(ANSWER)).to_be_visible()
    assert found == []


async def test_draft_survives_a_failure_and_a_reload(site: Server, open_page: OpenPage) -> None:
    creator, learner = await account(site, "creator", "Elena"), await account(site, first_name="Noor")
    booking = await booked(creator, learner, "Bread with a bad line")
    page = await open_page("/")
    await learner.sign_in(page)
    await page.goto(f"/dashboard?booking={booking}&write=true")

    async def fail(route: Route) -> None:
        await (route.abort() if route.request.method == "POST" else route.continue_())

    messages = f"**/api/bookings/{booking}/messages"
    await page.route(messages, fail)
    await send(page, QUESTION)
    await expect(page.get_by_role("alert")).to_contain_text("We can't reach the server")
    field = page.get_by_role("textbox", name="Message to")
    await expect(field).to_have_value(QUESTION)
    await page.reload()
    await expect(field).to_have_value(QUESTION)
    await page.unroute(messages)
    await page.get_by_role("button", name="Send", exact=True).click()

    await expect(page.get_by_role("log").get_by_text(QUESTION)).to_have_count(1)
    await page.reload()
    await expect(page.get_by_role("log").get_by_text(QUESTION)).to_have_count(1)
    await expect(field).to_have_value("")


async def test_creator_writes_to_everyone_at_a_start(site: Server, open_page: OpenPage) -> None:
    creator, learner = await account(site, "creator", "Elena"), await account(site, first_name="Noor")
    title = "Bread for everyone"
    booking = await booked(creator, learner, title)
    page = await open_page("/", "phone")
    await creator.sign_in(page)
    await page.goto("/creator/bookings")

    await page.get_by_role("button", name=f"More actions for {title}").click()
    await page.get_by_role("menuitem", name="Message everyone").click()
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_text("Write a message first.")).to_be_visible()
    found = await findings_by_mode(page, "message-everyone-phone", "[role=dialog]", is_dark_too=True)
    await page.get_by_role("textbox", name="Message").fill("Bring an apron.")
    await page.get_by_role("button", name="Send", exact=True).click()

    await expect(page.get_by_text("Sent to 1 booking.")).to_be_visible()
    [message] = await learner.call_api("GET", f"/api/bookings/{booking}/messages/")
    assert (message["text"], message["to_everyone"]) == ("Bring an apron.", True)
    assert found == []


async def test_bell_tells_the_creator_and_leads_to_the_booking(site: Server, open_page: OpenPage) -> None:
    creator, learner = await account(site, "creator", "Elena"), await account(site, first_name="Noor")
    title = "Bread that rings a bell"
    await booked(creator, learner, title)
    page = await open_page("/", "phone")
    await creator.sign_in(page)
    await page.goto("/creator")
    bell = page.get_by_role("button", name="Notifications")
    await expect(bell).to_have_accessible_name("Notifications, 1 new")
    await bell.focus()
    await page.keyboard.press("Enter")

    feed = page.get_by_role("dialog", name="Notifications")
    entry = feed.get_by_role("link", name=f"{learner.name} booked “{title}”")
    await expect(entry).to_be_visible()
    found = await findings_by_mode(page, "bell-phone", "[role=dialog]", is_dark_too=True)
    assert not await is_wider_than_the_window(page)
    await expect(page.get_by_label("Notifications, 1 new")).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(bell).to_be_focused()
    await bell.click()
    await entry.click()

    await page.wait_for_url("**/creator/bookings?booking=**")
    await expect(page.get_by_role("dialog", name=title)).to_be_visible()
    assert found == []
