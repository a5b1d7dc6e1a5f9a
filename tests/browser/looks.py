"""What can be seen of a page by a machine."""

from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

SCREENSHOTS = Path(__file__).parent / "screenshots"
AT_REST = """async () => {
  const moment = () => new Promise(done => setTimeout(done, 25));
  let moments = 0;
  do await moment(); while (document.getAnimations().length > 0 && ++moments < 20);
}"""
"""Until what was asked for just now has come to rest: half a second at most."""


async def findings(page: Page, name: str) -> list[str]:
    """What axe holds against a page once it is at rest. A picture of it is kept to be looked at."""
    await page.wait_for_load_state("networkidle")
    await page.evaluate(AT_REST)
    await page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
    found = await Axe().run(page)
    return [
        f"{page.url} {rule['id']}: {node['target']} {node.get('failureSummary', '')}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]


async def is_wider_than_the_window(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
