"""Favourites and the page of a creator, as a visitor finds them."""

import re

from playwright.async_api import expect

from browser.accounts import account, fill_sign_in, fresh, scheduled_session
from browser.conftest import OpenPage
from browser.page_checks import findings
from postgres.servers import Server


async def test_visitor_keeps_a_session_by_keyboard_and_meets_its_creator(site: Server, open_page: OpenPage) -> None:
    creator, learner = await account(site, "creator", "Elena"), await account(site)
    await creator.call_api("PATCH", "/api/auth/profile/", bio="I bake.", languages=["it", "en"])
    title = fresh("Bread that rises ")
    session = await scheduled_session(creator, title=title)
    page = await open_page(f"/?search={title.replace(' ', '+')}", "phone")
    heart = page.get_by_role("button", name=f"Save {title} to favourites")

    await heart.focus()
    await page.keyboard.press("Enter")
    await fill_sign_in(page, learner.email)
    await page.wait_for_url("**/?search=**")
    await expect(heart).to_have_attribute("aria-pressed", "true")
    await page.goto("/favourites")
    await expect(page.get_by_role("link", name=title)).to_be_visible()
    await expect(heart).to_have_attribute("aria-pressed", "true")
    found = await findings(page, "favourites-phone")

    await page.get_by_role("link", name=creator.name).click()
    await expect(page.get_by_role("heading", level=1, name=creator.name)).to_be_visible()
    await expect(page.get_by_text("Speaks Italian and English")).to_be_visible()
    found += await findings(page, "creator-phone")
    await page.get_by_role("region", name="Next times").get_by_role("link", name=title).click()
    await page.wait_for_url(re.compile(rf"/sessions/{session['id']}\?at="))

    await page.goto(f"/sessions/{session['id']}")
    await expect(heart).to_have_attribute("aria-pressed", "true")
    async with page.expect_response(lambda response: response.request.method == "DELETE"):
        await heart.click()
    await page.goto("/favourites")
    await expect(page.get_by_text("No favourites yet")).to_be_visible()
    assert found == []
