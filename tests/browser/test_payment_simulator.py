"""The pages of the payment simulator: what they look like, and paying without and with a script."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest_asyncio
from playwright.async_api import Browser

from browser.page_checks import findings_by_mode, is_wider_than_the_window
from provider_worlds import DECLINES, SimulatorWorld, opened, paid, simulator_world

WINDOWS = ((390, 844), (1440, 900))
WIDE = {"card", "dashboard", "payment"}
"""The pages whose layout depends on the width."""


@pytest_asyncio.fixture(loop_scope="module")
async def world() -> AsyncIterator[SimulatorWorld]:
    async with simulator_world() as found:
        yield found


async def prepared_pages(world: SimulatorWorld) -> dict[str, str]:
    """Return the path of each page by name."""
    unpaid, declined, challenged, late = [await opened(world) for _ in range(4)]
    settled, authorized = await paid(world), await paid(world, captures_later=True)
    for payment, number in ((declined, DECLINES), (challenged, "4000002500003155"), (late, "4000000000003220")):
        await world.client.post(f"/pay/{payment.provider_id}", data={"number": number})
    await world.refund(settled.provider_id or "", 1500)
    await world.dispute(settled.provider_id or "")
    await world.forward(timedelta(minutes=2))
    return {
        "card": f"/pay/{unpaid.provider_id}",
        "declined": f"/pay/{declined.provider_id}",
        "challenge": f"/pay/{challenged.provider_id}",
        "waiting": f"/pay/{late.provider_id}",
        "paid": f"/pay/{settled.provider_id}",
        "held": f"/pay/{authorized.provider_id}",
        "dashboard": "/dashboard",
        "payment": f"/dashboard/payments/{settled.provider_id}?refused=refund_exceeds_payment",
    }


async def test_pages_are_accessible_and_fit_the_window(world: SimulatorWorld, browser: Browser) -> None:
    pages, wrong = await prepared_pages(world), list[str]()
    for width, height in WINDOWS:
        page = await browser.new_page(viewport={"width": width, "height": height}, base_url=str(world.client.base_url))
        for name in pages if width < 1000 else WIDE:
            await page.goto(pages[name])
            wrong += await findings_by_mode(page, f"simulator-{name}-{width}", is_dark_too=width == 390)
            if await is_wider_than_the_window(page):
                wrong.append(f"{name} is wider than {width}")
        await page.close()
    assert wrong == []


async def test_learner_pays_by_typing_or_choosing_a_card(world: SimulatorWorld, browser: Browser) -> None:
    back = str(world.client.base_url.join("/dashboard"))
    for has_script in (True, False):
        payment = await opened(world, return_url=back)
        context = await browser.new_context(java_script_enabled=has_script, base_url=str(world.client.base_url))
        page = await context.new_page()
        await page.goto(f"/pay/{payment.provider_id}")
        await page.get_by_role("button", name="insufficient funds").click()
        await page.get_by_role("alert").get_by_text("isn't enough money").wait_for()
        await page.get_by_label("Card number").fill("4242 4242 4242 4242")
        await page.get_by_role("button", name="Pay €72.00").click()
        await page.wait_for_url(back)
        await context.close()
