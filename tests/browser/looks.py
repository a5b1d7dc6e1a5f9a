"""What can be seen of a page by a machine."""

import os
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

KEEPS_PICTURES = bool(os.environ.get("MARKETPLACE_TEST_PICTURES"))
PICTURES = Path(__file__).parent / "screenshots"
AT_REST = """async () => {
  const moment = () => new Promise(done => setTimeout(done, 25));
  let moments = 0;
  do await moment(); while (document.getAnimations().length > 0 && ++moments < 20);
}"""
"""Until what was asked for just now has come to rest: half a second at most."""


async def findings(page: Page, name: str, within: str | None = None) -> list[str]:
    """What axe holds against a page once it is at rest, or against a part of it.

    With `MARKETPLACE_TEST_PICTURES=1` a picture of it is kept in `screenshots`, to be looked at.
    """
    await page.wait_for_load_state("networkidle")
    await page.evaluate(AT_REST)
    if KEEPS_PICTURES:
        await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    found = await Axe().run(page, within)
    return [
        f"{page.url} {rule['id']}: {node['target']} {node.get('failureSummary', '')}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]


async def is_wider_than_the_window(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
