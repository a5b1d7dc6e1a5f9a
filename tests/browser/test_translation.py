"""A page that the browser's translator rewrites while it is used: nothing throws, and what changes is shown."""

from playwright.async_api import Page, expect

from browser.accounts import account, expect_text, fresh, scheduled_session
from browser.conftest import OpenPage
from postgres.servers import Server

TRANSLATOR = """(() => {
  const LEFT_OUT = new Set(["FONT", "SCRIPT", "STYLE", "TEXTAREA", "OPTION", "TITLE"]);
  const translate = text => {
    if (!text.parentElement || LEFT_OUT.has(text.parentElement.tagName) || !text.data.trim()) return;
    const [outer, inner] = [document.createElement("font"), document.createElement("font")];
    inner.append(text.data);
    outer.append(inner);
    text.replaceWith(outer);
  };
  const visit = node => {
    if (node instanceof Text) return translate(node);
    const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    const found = [];
    while (texts.nextNode()) found.push(texts.currentNode);
    found.forEach(translate);
  };
  new MutationObserver(changes => changes.forEach(({ addedNodes }) => addedNodes.forEach(visit)))
    .observe(document, { childList: true, subtree: true });
})()"""
"""Replaces text nodes by `<font><font>`, as Google Translate does, with text nodes that React does not know."""


async def translate(page: Page) -> None:
    await page.add_init_script(TRANSLATOR)
    await page.reload()
    await expect(page.locator("h1 font font")).to_be_visible()


async def test_translated_pages_search_book_change_and_cancel(site: Server, open_page: OpenPage) -> None:
    creator = await account(site, "creator", "Elena")
    title = fresh("Rye for translators ")
    created = await scheduled_session(creator, title=title, price="20.00", max_participants=4)
    learner = await account(site)
    page = await open_page("/")
    await translate(page)

    await page.get_by_role("combobox", name="Search sessions").fill(title)
    await expect(page.get_by_role("option").first).to_be_visible()
    await page.get_by_role("combobox", name="Search sessions").press("Enter")
    await expect(page.get_by_role("heading", name=title)).to_be_visible()
    await page.get_by_role("button", name="Price", exact=True).click()
    price = page.get_by_role("dialog", name="Price")
    await price.get_by_role("textbox").first.fill("ninety")
    await expect(price.get_by_role("alert")).to_be_visible()
    await price.get_by_role("textbox").first.fill("90")
    await expect(price.get_by_role("alert")).to_have_count(0)
    await price.get_by_role("button", name="Apply").click()
    await expect(page.get_by_role("button", name="Price: From €90")).to_be_visible()

    await learner.sign_in(page)
    await page.goto(f"/sessions/{created['id']}")
    await page.get_by_role("radio").first.check(force=True)
    await expect_text(page, "€20")
    await page.get_by_role("button", name="Add one seat").click()
    await expect_text(page, "€40")
    await page.get_by_role("radio").nth(1).check(force=True)
    await page.get_by_role("button", name="Book", exact=True).click()
    await expect(page.get_by_role("heading", name="You're booked")).to_be_visible()

    await page.goto("/dashboard")
    await expect_text(page, "2 seats · €40")
    await page.wait_for_load_state("networkidle")
    await page.get_by_role("button", name=f"More actions for “{title}”").click()
    await page.get_by_role("menuitem", name="Change seats").click()
    await page.get_by_role("dialog").get_by_role("button", name="Add one seat").click()
    await expect_text(page, "New total: €60")
    await page.get_by_role("dialog").get_by_role("button", name="Change to 3 seats").click()
    await expect_text(page, "3 seats · €60")
    await page.get_by_role("button", name="Cancel booking").click()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel booking").click()
    await expect(page.get_by_role("button", name="Cancel booking")).to_have_count(0)

    await page.goto("/profile")
    await page.get_by_role("textbox", name="First name").fill("x" * 200)
    await page.get_by_role("button", name="Save", exact=True).first.click()
    await expect(page.get_by_role("alert").first).to_be_visible()
    await page.get_by_role("textbox", name="First name").fill("Ada")
    await expect(page.get_by_role("alert")).to_have_count(0)
    assert site.failures() == []
