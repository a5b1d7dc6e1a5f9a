"""Automatic checks of a rendered page."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

KEEPS_PICTURES = bool(os.environ.get("MARKETPLACE_TEST_PICTURES"))
PICTURES = Path(__file__).parent / "screenshots"
RULES_OF_COLORS = ("color-contrast", "link-in-text-block")
"""The axe rules whose outcome depends on the colors of a mode."""
AT_REST = """async () => {
  const moment = () => new Promise(done => setTimeout(done, 25));
  let moments = 0;
  do await moment(); while (document.getAnimations().length > 0 && ++moments < 20);
}"""
"""JavaScript that waits until running animations have ended, half a second at most."""


async def findings_in_both_modes(page: Page, name: str, within: str | None = None) -> list[str]:
    """Return axe's violations of a page in light mode, and of its colors in dark mode."""
    await page.emulate_media(color_scheme="light")
    found = await findings(page, f"{name}-light", within)
    await page.emulate_media(color_scheme="dark")
    return found + await findings(page, f"{name}-dark", within, RULES_OF_COLORS)


async def findings(page: Page, name: str, within: str | None = None, rules: Sequence[str] = ()) -> list[str]:
    """Return axe's violations of a page, or of a part of it, once animations ended; by all rules unless some are named.

    With `MARKETPLACE_TEST_PICTURES=1` a picture is saved in `screenshots` for review.
    """
    await page.wait_for_load_state("networkidle")
    await page.evaluate(AT_REST)
    if KEEPS_PICTURES:
        await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = await Axe().run(page, within, options)
    return [
        f"{page.url} {rule['id']}: {node['target']} {node.get('failureSummary', '')}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]


async def is_wider_than_the_window(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
