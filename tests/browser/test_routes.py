"""Pages whose routes the entry does not have: it loads them after the first page, or when an address asks for one."""

import pytest
from playwright.async_api import expect

from browser.accounts import account
from browser.conftest import OpenPage
from postgres.servers import Server


async def test_link_works_before_the_other_routes_are_loaded_and_leaves_one_entry_of_history(
    open_page: OpenPage,
) -> None:
    page = await open_page("/")
    await page.get_by_role("link", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Sign in", level=1)).to_be_visible()
    await page.go_back()
    await page.wait_for_url("**/")
    await expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    await page.go_forward()
    await expect(page.get_by_role("heading", name="Sign in", level=1)).to_be_visible()


@pytest.mark.parametrize("path", ["/no/such", "/admin/no/such/page", "/nothing"])
async def test_unknown_address_is_not_found_and_stays_in_the_address_bar(open_page: OpenPage, path: str) -> None:
    page = await open_page(path)
    await expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    assert page.url.endswith(path)


async def test_address_of_a_page_keeps_its_search_and_fragment(site: Server, open_page: OpenPage) -> None:
    page = await open_page("/login?next=%2Fdashboard%3Ftab%3Dpast")
    await expect(page.get_by_role("heading", name="Sign in", level=1)).to_be_visible()
    assert page.url.endswith("/login?next=%2Fdashboard%3Ftab%3Dpast")
    person = await account(site)
    await person.sign_in(page)
    await page.goto("/profile#calendar")
    await expect(page.get_by_role("heading", name="Calendar")).to_be_in_viewport()
    assert page.url.endswith("/profile#calendar")


async def test_page_reloads_once_when_its_routes_cannot_be_loaded(open_page: OpenPage) -> None:
    page = await open_page("/texts/help")
    await page.context.route("**/routes.gen-*.js", lambda route: route.abort(), times=2)
    await page.goto("/login")
    await expect(page.get_by_role("heading", name="Sign in", level=1)).to_be_visible()
