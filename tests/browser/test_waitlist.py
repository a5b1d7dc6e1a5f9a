"""Waiting for a full class in the web application: joining, an offer, accepting, paying, and what the creator sees."""

import re
from typing import Any

from playwright.async_api import Locator, Page, expect

from browser.accounts import Account, account, expect_text, free_starts, scheduled_session
from browser.conftest import OpenPage
from browser.page_checks import findings_by_mode, is_wider_than_the_window
from postgres.servers import Server

TAKES_PAYMENTS = True
"""The program of this file has the simulator, see `conftest.py`."""
PAYS = "4242 4242 4242 4242"


async def full_class(site: Server, **changes: Any) -> tuple[Account, Account, dict[str, Any], str]:
    """Return the creator of a class, the learner who has its only seat, the session and the ID of the booking."""
    creator = await account(site, "creator", "Marta")
    offered = await scheduled_session(creator, **{"max_participants": 1, "payment_method": "at_session"} | changes)
    learner = await account(site, first_name="Ivo")
    start = (await free_starts(creator, offered["id"]))[0]
    booking = await learner.call_api("POST", "/api/bookings/", session=offered["id"], booking_date=start)
    return creator, learner, offered, booking["id"]


async def checked(page: Page, name: str, *, is_dark_too: bool = False) -> list[str]:
    """Return what is wrong with a page."""
    found = await findings_by_mode(page, f"waitlist-{name}", is_dark_too=is_dark_too)
    return [*found, f"{name} is too wide"] if await is_wider_than_the_window(page) else found


def waiting(page: Page) -> Locator:
    return page.get_by_role("region", name="Waiting", exact=True)


async def join(page: Page, session: dict[str, Any]) -> None:
    """Join the waitlist of the first full time, on the page of the session."""
    await page.goto(f"/sessions/{session['id']}")
    await page.get_by_text("1 time is full").click()
    await page.get_by_role("button", name="Join the waitlist of").click()
    await expect(page.get_by_text("You're number 1 in line.").first).to_be_visible()


async def test_learner_waits_for_a_full_class_and_accepts_the_freed_seat(site: Server, open_page: OpenPage) -> None:
    creator, learner, offered, booking = await full_class(site)
    person = await account(site, first_name="Nora")
    page, desk, wrong = await open_page("/"), await open_page("/"), list[str]()
    await person.sign_in(page)
    await creator.sign_in(desk)
    await join(page, offered)
    wrong += await checked(page, "joined", is_dark_too=True)

    await page.goto("/dashboard")
    await expect(waiting(page).get_by_text("Number 1 in line")).to_be_visible()
    wrong += await checked(page, "in-line")
    await desk.goto("/creator/bookings")
    people = desk.get_by_role("region", name="Waiting for a seat")
    await expect(people.get_by_text("Nora")).to_be_visible()
    await expect(people.get_by_text("1 person")).to_be_visible()
    wrong += await checked(desk, "people", is_dark_too=True)

    await learner.call_api("POST", f"/api/bookings/{booking}/cancel/")
    await page.goto("/dashboard#waiting")
    await expect(waiting(page).get_by_text("A seat is held for you")).to_be_visible()
    await expect(waiting(page).get_by_role("timer")).to_have_text(re.compile(r"^1:59:\d\d$"))
    wrong += await checked(page, "offered", is_dark_too=True)
    while not await person.call_api("GET", "/api/notifications/"):
        await page.wait_for_timeout(100)
    await page.reload()
    await page.get_by_role("button", name=re.compile("^Notifications")).click()
    await expect(page.get_by_role("link", name=re.compile("is held for you"))).to_be_visible()
    await page.keyboard.press("Escape")

    await waiting(page).get_by_role("button", name="Accept").click()
    await expect(waiting(page)).to_have_count(0)
    bookings = await person.call_api("GET", "/api/bookings/")
    assert [each["status"] for each in bookings] == ["confirmed"]
    assert wrong == []
    assert site.failures() == []


async def test_offer_of_a_paid_class_is_accepted_and_paid(site: Server, open_page: OpenPage) -> None:
    _, learner, offered, booking = await full_class(site, price="36.00", payment_method="online")
    person = await account(site, first_name="Nora")
    page, wrong = await open_page("/", "phone"), list[str]()
    await person.sign_in(page)
    start = (await learner.call_api("GET", f"/api/bookings/{booking}/"))["booking_date"]
    await person.call_api("POST", f"/api/sessions/{offered['id']}/slots/waitlist/", starts_at=start)
    await learner.call_api("POST", f"/api/bookings/{booking}/cancel/")
    await page.goto("/dashboard")
    await expect(waiting(page).get_by_text("A seat is held for you")).to_be_visible()
    wrong += await checked(page, "offered-phone", is_dark_too=True)

    await waiting(page).get_by_role("button", name="Accept").click()
    await expect(page.get_by_role("heading", name="Pay to keep your seat")).to_be_visible()
    await page.get_by_role("button", name="Pay €").click()
    await page.get_by_label("Card number").fill(PAYS)
    await page.get_by_role("button", name=re.compile("^Pay")).click()
    await expect(page.get_by_role("heading", name="You're booked")).to_be_visible()
    assert wrong == []
    assert site.failures() == []


async def test_person_lets_an_offer_go_by_keyboard_and_the_next_gets_it(site: Server, open_page: OpenPage) -> None:
    _, learner, offered, booking = await full_class(site)
    first, second = await account(site), await account(site)
    start = (await learner.call_api("GET", f"/api/bookings/{booking}/"))["booking_date"]
    for person in (first, second):
        await person.call_api("POST", f"/api/sessions/{offered['id']}/slots/waitlist/", starts_at=start)
    await learner.call_api("POST", f"/api/bookings/{booking}/cancel/")
    page = await open_page("/", "phone")
    await first.sign_in(page)
    await page.goto("/dashboard")

    await waiting(page).get_by_role("button", name="Decline").focus()
    await page.keyboard.press("Enter")

    await expect_text(page, "You've left the waitlist.")
    await expect(waiting(page)).to_have_count(0)
    [entry] = await second.call_api("GET", "/api/waitlist/")
    assert entry["status"] == "offered"
    assert site.failures() == []
