"""Forced colors and print."""

from playwright.async_api import expect

from browser.accounts import account, scheduled_session
from browser.conftest import OpenPage
from postgres.servers import Server

BACKGROUND = "one => getComputedStyle(one).backgroundColor"


async def test_forced_colors_keep_switches_and_selections_visible(site: Server, open_page: OpenPage) -> None:
    creator = await account(site, "creator")
    await scheduled_session(creator)
    page = await open_page("/")
    await creator.sign_in(page)
    await page.emulate_media(forced_colors="active")
    await page.goto("/creator")
    switch = page.get_by_role("switch").first
    await expect(switch).to_be_checked()
    assert await switch.evaluate(BACKGROUND) != await switch.locator("span").evaluate(BACKGROUND)
    chosen = page.get_by_role("button", pressed=True).first
    await expect(chosen).to_have_css("outline-style", "solid")
    new = page.get_by_role("link", name="New session").first
    await expect(new).to_have_css("border-top-width", "1px")


async def test_printed_page_is_light_and_omits_controls(site: Server, open_page: OpenPage) -> None:
    published = await scheduled_session(await account(site, "creator"))
    page = await open_page(f"/sessions/{published['id']}", "phone", color_scheme="dark")
    title = page.get_by_role("heading", name=published["title"])
    await expect(title).to_be_visible()
    await expect(page.get_by_role("banner")).to_be_visible()
    await expect(page.get_by_role("button", name="Choose a time")).to_be_visible()
    await page.emulate_media(media="print")
    await expect(title).to_be_visible()
    await expect(page.get_by_role("banner")).to_be_hidden()
    await expect(page.get_by_role("button", name="Choose a time")).to_be_hidden()
    await expect(page.locator("html")).to_have_css("color-scheme", "light")
