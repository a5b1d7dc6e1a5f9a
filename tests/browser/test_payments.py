"""Paying for a booking on the pages of the marketplace and of the payment simulator."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from playwright.async_api import Locator, Page, expect

from browser.accounts import Account, account, expect_text, free_starts, scheduled_session
from browser.conftest import OpenPage
from browser.page_checks import findings_by_mode, is_wider_than_the_window
from postgres.servers import Server

TAKES_PAYMENTS = True
"""The program of this file has the simulator, see `conftest.py`."""
HALF = [{"hours_before": 8760, "refund_percent": 100}, {"hours_before": 0, "refund_percent": 50}]
"""A policy whose first tier has passed for every start of the next months."""
ATTEMPTS_AWAY = 50
"""More than are made while the provider is away."""
CLOCK_AHEAD = 3600
"""Seconds that the clock of its program is ahead."""
PAYS, DECLINES = "4242 4242 4242 4242", "4000 0000 0000 9995"


async def learner_and_session(site: Server, **changes: Any) -> tuple[Account, Account, dict[str, Any]]:
    creator = await account(site, "creator", "Marta")
    offered = await scheduled_session(creator, **{"price": "36.00", "cancellation_policy": HALF} | changes)
    return await account(site, first_name="Ivo"), creator, offered


async def booked(learner: Account, creator: Account, session: dict[str, Any], place: int = 0) -> str:
    """Book over the API and return the path of the page where the booking is paid."""
    start = (await free_starts(creator, session["id"]))[place]
    booking = await learner.call_api("POST", "/api/bookings/", session=session["id"], booking_date=start)
    return f"/bookings/{booking['id']}/pay"


async def pay_elsewhere(learner: Account, page: str, number: str = PAYS) -> None:
    """Pay a booking as another browser would."""
    payment = await learner.call_api("POST", f"/api{page}/")
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.post(payment["url"], data={"number": number})


def pay_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Pay €")


async def fill_card(page: Page, number: str) -> None:
    await page.get_by_label("Card number").fill(number)
    await page.get_by_role("button", name=re.compile("^Pay")).click()


async def seconds_left(page: Page) -> int:
    minutes, seconds = (await page.get_by_role("timer").inner_text()).split(":")
    return int(minutes) * 60 + int(seconds)


async def checked(page: Page, name: str, within: str | None = None, *, is_dark_too: bool = False) -> list[str]:
    """Return what is wrong with a page."""
    found = await findings_by_mode(page, f"pay-{name}", within, is_dark_too=is_dark_too)
    return [*found, f"{name} is too wide"] if await is_wider_than_the_window(page) else found


async def test_learner_books_pays_after_a_decline_and_cancels_for_half(site: Server, open_page: OpenPage) -> None:
    learner, creator, offered = await learner_and_session(site)
    start = (await free_starts(creator, offered["id"]))[0]
    page, wrong = await open_page("/", "phone"), list[str]()
    await learner.sign_in(page)
    await page.goto(f"/sessions/{offered['id']}?at={start}")
    await expect_text(page, "50 % refund until it starts.")
    await page.get_by_role("dialog").get_by_role("button", name="Book and pay").click()
    await expect(page.get_by_role("heading", name="Pay to keep your seat")).to_be_visible()
    wrong += await checked(page, "due")

    await pay_button(page).dblclick()
    await fill_card(page, DECLINES)
    await page.get_by_role("link", name="Back without paying").click()
    await expect(page.get_by_role("alert")).to_contain_text("there isn't enough money on it")
    wrong += await checked(page, "declined", is_dark_too=True)
    await expect(pay_button(page)).to_be_enabled()
    await pay_button(page).click()
    await fill_card(page, PAYS)
    await expect(page.get_by_role("heading", name="You're booked")).to_be_visible()
    wrong += await checked(page, "booked")

    await page.get_by_role("link", name="My bookings").first.click()
    await page.get_by_role("button", name="Cancel booking of").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("You get €18.00 back (50 %).")).to_be_visible()
    wrong += await checked(page, "cancel", "[role=dialog]")
    await dialog.get_by_role("button", name="Cancel booking").click()
    await expect(dialog).to_be_hidden()
    booking = (await learner.call_api("GET", "/api/bookings/"))[0]["id"]
    while (await learner.call_api("GET", f"/api/bookings/{booking}/"))["payment"]["refunded"] != "18.00":
        await page.wait_for_timeout(100)
    await page.goto(f"/bookings/{booking}/receipt")
    await expect_text(page, "-€18.00")
    await expect(page.get_by_role("heading", name=re.compile(r"Receipt no\. \d+"))).to_be_visible()
    wrong += await checked(page, "receipt")
    assert wrong == []
    assert site.failures() == []


async def test_page_follows_a_payment_made_elsewhere_or_not_in_time(
    site: Server, database: str, open_page: OpenPage
) -> None:
    learner, creator, offered = await learner_and_session(site, max_participants=3)
    page, wrong = await open_page("/"), list[str]()
    await learner.sign_in(page)
    # a device whose clock is wrong counts down by that of the API, which is no other header's
    await page.clock.install(time=datetime.now().astimezone() + timedelta(hours=3))
    path = await booked(learner, creator, offered)
    await page.goto(path)
    assert 800 < await seconds_left(page) <= 900
    await page.goto("/dashboard")
    await expect(page.get_by_role("heading", name="Waiting for payment")).to_be_visible()
    wrong += await checked(page, "holds", is_dark_too=True)
    await page.get_by_role("link", name="Pay for").click()
    await pay_button(page).wait_for()
    await pay_elsewhere(learner, path)
    await pay_button(page).click()
    await expect(page.get_by_role("status").get_by_text("already paid in another window")).to_be_visible()
    wrong += await checked(page, "elsewhere")

    path = await booked(learner, creator, offered, place=1)
    connection = await asyncpg.connect(database)
    await connection.execute("UPDATE bookings SET pay_by = now() WHERE id = $1", UUID(path.split("/")[2]))
    await connection.close()
    await page.goto(path)
    again = page.get_by_role("link", name="Book again")
    await expect(again).to_have_attribute("href", re.compile(r"/sessions/.*\?at="))
    wrong += await checked(page, "expired")
    assert wrong == []
    assert site.failures() == []


async def test_page_goes_on_by_itself_when_the_provider_was_away(
    site: Server, other_hosts: frozenset[str], open_page: OpenPage
) -> None:
    learner, creator, offered = await learner_and_session(site)
    page, wrong = await open_page("/", "phone"), list[str]()
    await learner.sign_in(page)
    await page.goto(await booked(learner, creator, offered))
    [simulator] = other_hosts
    async with httpx.AsyncClient(base_url=f"http://{simulator}", trust_env=False) as client:
        away = {"operation": "open", "mode": "before", "times": ATTEMPTS_AWAY}
        (await client.post("/faults", json=away)).raise_for_status()
        await pay_button(page).click()
        await expect(page.get_by_role("status").get_by_text("still asking the payment provider")).to_be_visible()
        await expect(page.get_by_role("button", name="Try again")).to_be_enabled()
        assert 0 < await seconds_left(page) <= 900
        wrong += await checked(page, "asking", is_dark_too=True)
        # trying again meanwhile asks once more, and for the same payment
        await page.get_by_role("button", name="Try again").click()
        await expect(page.get_by_role("status").get_by_text("still asking the payment provider")).to_be_visible()
        await client.delete("/faults")
    await fill_card(page, PAYS)
    await expect(page.get_by_role("heading", name="You're booked")).to_be_visible()
    assert wrong == []
    assert site.failures() == []


async def test_request_is_reserved_and_the_creator_sees_an_unpaid_hold(site: Server, open_page: OpenPage) -> None:
    learner, creator, offered = await learner_and_session(site, requires_confirmation=True)
    page, desk, wrong = await open_page("/", "phone"), await open_page("/"), list[str]()
    await learner.sign_in(page)
    await creator.sign_in(desk)
    path = await booked(learner, creator, offered)
    await desk.goto("/creator/bookings")
    await expect_text(desk, "Waiting for payment")
    await expect(desk.get_by_role("button", name=re.compile("^Confirm"))).to_have_count(0)
    wrong += await checked(desk, "attendees")
    await page.goto(path)
    await expect_text(page, "nothing is charged until then")
    await pay_elsewhere(learner, path)
    await expect(page.get_by_role("heading", name="Request sent")).to_be_visible()
    await expect_text(page, "Nothing is charged until Marta")
    wrong += await checked(page, "requested", is_dark_too=True)
    await desk.reload()
    await desk.get_by_role("button", name=re.compile("^Decline")).first.click()
    await expect(desk.get_by_role("dialog").get_by_text("is charged nothing")).to_be_visible()
    wrong += await checked(desk, "decline", "[role=dialog]")
    assert wrong == []
    assert site.failures() == []
