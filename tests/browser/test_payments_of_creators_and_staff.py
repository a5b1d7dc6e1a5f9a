"""Payments as creators and staff see them, paid at the simulator."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from browser.accounts import Account, account, expect_text, free_starts, scheduled_session
from browser.conftest import DIST, OpenPage, Size
from browser.page_checks import KEEPS_PICTURES, findings, findings_by_mode, is_wider_than_the_window
from browser.staff import staff_member
from postgres.servers import Server, servers
from provider_worlds import PAYS

WHY = "The projector was broken."


@pytest.fixture(scope="module")
async def site(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """Run the program with the payment simulator."""
    folder = tmp_path_factory.mktemp("site")
    settings = {"payments": "simulator", "commission": "10", "data_dir": folder, "worker_inside": "on"}
    async with servers(1, database, folder, frontend_dir=DIST, **settings) as (server,):
        yield server


async def paid_booking(creator: Account, learner: Account) -> tuple[dict[str, Any], str]:
    """Return a booking that was paid at the simulator, and the payment's page there."""
    session = await scheduled_session(creator, title="Bread of gold", price="50.00")
    start, *_ = await free_starts(creator, session["id"])
    booking = await learner.call_api("POST", "/api/bookings/", session=session["id"], booking_date=start)
    url = (await learner.call_api("POST", f"/api/bookings/{booking['id']}/pay/"))["url"]
    async with httpx.AsyncClient(trust_env=False) as there:
        assert (await there.post(url, data={"number": PAYS})).status_code < 400
    async with asyncio.timeout(30):
        while (await learner.call_api("GET", f"/api/bookings/{booking['id']}/"))["payment"]["status"] != "paid":  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    return booking, url


async def signed_in(person: Account, open_page: OpenPage, path: str, size: Size = "desktop") -> Page:
    page = await open_page("/", size)
    await person.sign_in(page)
    await page.goto(path)
    return page


async def check(page: Page, name: str, *, is_alike: bool = False) -> list[str]:
    """Return what axe finds on a page at both sizes, on a phone in both modes, and whether it is too wide.

    One that is alike at both sizes is checked by axe on the phone.
    """
    wrong = list[str]()
    for width, height in ((390, 844), (1440, 900)):
        await page.set_viewport_size({"width": width, "height": height})
        if width == 390 or KEEPS_PICTURES or not is_alike:
            wrong += await findings_by_mode(page, f"{name}-{width}", is_dark_too=width == 390)
        if await is_wider_than_the_window(page):
            wrong.append(f"{name} is wider than {width}")
    return wrong


async def refund_a_part(office: Page, staff: Account, payment: str) -> list[str]:
    """Refund a part of €50 after too much was tried: typed, and by another staff member in the meantime."""
    await office.get_by_role("button", name="Refund").click()
    dialog = office.get_by_role("dialog")
    await dialog.get_by_label("Amount in EUR").fill("50.01")
    await expect(dialog.get_by_text("Enter at most €50.")).to_be_visible()
    await dialog.get_by_label("Amount in EUR").fill("20")
    await dialog.get_by_label("Reason").fill(WHY)
    await staff.call_api("POST", f"/api/admin/payments/{payment}/refund/", amount="38.00", reason="By phone.")
    await dialog.get_by_role("button", name="Refund €20").click()
    await expect(dialog.get_by_text("more than was paid and not yet returned")).to_be_visible()
    await expect(dialog.get_by_text("At most €12,")).to_be_visible()
    wrong = await findings(office, "refund", "[role=dialog]")
    await dialog.get_by_label("Amount in EUR").fill("2,50")
    await dialog.get_by_role("button", name="Refund €2.50").click()
    await expect(office.get_by_role("listitem").filter(has_text=WHY)).to_contain_text("Refund €2.50 · Done")
    return wrong + await check(office, "payment", is_alike=True)


async def search_payments(office: Page) -> None:
    """Search by receipt number: the first one, and one that does not exist."""
    await office.get_by_role("searchbox").fill("1")
    await expect(office.get_by_role("heading", name="Waiting for staff")).to_be_hidden()
    await expect(office.get_by_role("row").filter(has_text="Bread of gold")).to_be_visible()
    await office.get_by_role("searchbox").fill("999")
    await expect_text(office, "Search for a whole ID or a receipt number.")
    await office.get_by_role("searchbox").clear()


async def test_creator_sees_earnings_and_staff_refund_a_part_and_resolve_a_dispute(
    site: Server, database: str, open_page: OpenPage
) -> None:
    creator, learner, staff = await account(site, "creator"), await account(site), await staff_member(site, database)
    booking, url = await paid_booking(creator, learner)
    own = await signed_in(creator, open_page, "/creator/earnings")
    await expect(own.get_by_role("definition").first).to_contain_text("€50")
    await expect(own.get_by_role("row").filter(has_text="Bread of gold")).to_contain_text("Held")

    office = await signed_in(staff, open_page, f"/admin/bookings/{booking['id']}")
    await office.get_by_role("link", name="Payment of €50").click()
    wrong = await refund_a_part(office, staff, booking["id"])

    await own.reload()
    await expect(own.get_by_role("definition").first).to_contain_text("€9.50")
    wrong += await check(own, "earnings")
    async with own.expect_download() as download:
        await own.get_by_role("button", name="Download CSV").click()
    assert '"Bread of gold"' in (await (await download.value).path()).read_text("utf-8-sig")

    async with httpx.AsyncClient(trust_env=False) as there:
        dashboard = url.replace("/pay/", "/dashboard/payments/")
        assert (await there.post(f"{dashboard}/dispute")).status_code < 400
    await office.goto("/admin/payments")
    await expect_text(office, "The learner disputes the payment at their bank.")
    wrong += await check(office, "payments")
    await search_payments(office)
    await office.get_by_role("button", name="Resolve").click()
    await office.get_by_role("dialog").get_by_label("Reason").fill("Answered with the attendance list.")
    await office.get_by_role("dialog").get_by_role("button", name="Resolve").click()
    await expect(office.get_by_role("heading", name="Waiting for staff")).to_be_hidden()
    assert wrong == []


async def test_staff_see_and_change_the_commission_of_a_creator(
    site: Server, database: str, open_page: OpenPage
) -> None:
    creator, staff = await account(site, "creator"), await staff_member(site, database)
    profile = await creator.call_api("GET", "/api/auth/profile/")
    office = await signed_in(staff, open_page, f"/admin/users/{profile['id']}")
    panel = office.get_by_role("region", name="Commission")
    await expect(panel).to_contain_text("10% of every payment, the marketplace's own")
    await panel.get_by_role("button", name="Change").click()
    dialog = office.get_by_role("dialog")
    await dialog.get_by_label("Percent").fill("7,5")
    await dialog.get_by_label("Reason").fill("Agreed by phone.")
    await dialog.get_by_role("button", name="Change commission").click()
    await expect(panel).to_contain_text("7.5% of this creator's payments")


async def test_creator_chooses_how_learners_pay_and_what_a_cancellation_returns(
    site: Server, open_page: OpenPage
) -> None:
    creator = await account(site, "creator")
    session = await scheduled_session(creator, cancellation_notice=0)
    page = await signed_in(creator, open_page, f"/creator/sessions/{session['id']}/edit")
    await page.get_by_label("Moderate").check()
    preview = page.get_by_text("Learners get 100% back if they cancel up to 3 days before the start, then 50%")
    await expect(preview.last).to_contain_text("then nothing")
    await page.get_by_label("Your own").check()
    await page.get_by_role("button", name="Add a step").click()
    last = page.get_by_role("group", name="Step 3")
    await last.get_by_label("Hours before").fill("24")
    await page.get_by_role("button", name="Save details").click()
    await expect(last.get_by_role("alert")).to_have_text("The hours must be fewer than in step 2.")
    wrong = await check(page, "payment-fields", is_alike=True)
    await page.reload()
    await expect(last.get_by_label("Hours before")).to_have_value("24")
    await last.get_by_label("Hours before").fill("2")
    await page.get_by_role("button", name="Save details").click()
    await expect_text(page, "Details saved.")
    saved = await creator.call_api("GET", f"/api/sessions/{session['id']}/")
    assert [(each["hours_before"], each["refund_percent"]) for each in saved["cancellation_policy"]] == [
        (72, 100),
        (24, 50),
        (2, 25),
    ]
    await page.get_by_label("You collect it yourself").check()
    await expect(page.get_by_role("group", name="Cancellation policy")).to_be_hidden()
    assert wrong == []
