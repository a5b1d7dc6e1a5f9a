"""Automatic checks of a rendered page."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.async_api import Page

from browser.conftest import Mode, Size
from example_search import IS_LONG

KEEPS_PICTURES = bool(os.environ.get("MARKETPLACE_TEST_PICTURES"))
PICTURES = Path(__file__).parent / "screenshots"
IS_WHOLE = IS_LONG or KEEPS_PICTURES
MODES: dict[Size, Mode] = {"phone": "dark", "desktop": "light"}
"""The mode of each size, for a page that is checked at both."""
RULES_OF_COLORS = ("color-contrast", "link-in-text-block")
"""The axe rules whose outcome depends on the colors of a mode."""
AXE = AXE_FILE_PATH.read_text()
RUN_AXE = "([within, options]) => axe.run(within ?? document, options)"
AT_REST = """async () => {
  const moment = () => new Promise(done => setTimeout(done, 25));
  const ends = animation => Number.isFinite(animation.effect?.getComputedTiming().endTime);
  const isMoving = () => document.querySelector("[aria-busy=true]") || document.getAnimations().some(ends);
  let moments = 0;
  do await moment(); while (isMoving() && ++moments < 400);
}"""
"""JavaScript that waits until nothing is fetched to replace what is shown, and animations that end have ended, ten
seconds at most."""


def sizes(usual: Size) -> tuple[Size, ...]:
    """Return the sizes of a check by axe: the one at which pages are mostly used, and in `make test-long` both."""
    return ("phone", "desktop") if IS_WHOLE else (usual,)


async def findings_at_size(page: Page, name: str, size: Size, within: str | None = None) -> list[str]:
    """Return axe's violations, at one size, of a page that is checked at both, by all rules in one mode.

    The colors of a mode do not depend on the size, so each size has a mode. `make test-long` has both at both.
    """
    modes: tuple[Mode, ...] = ("light", "dark") if IS_WHOLE else (MODES[size],)
    found: list[str] = []
    for mode in modes:
        await page.emulate_media(color_scheme=mode)
        found += await findings(page, f"{name}-{mode}", within)
    return found


async def findings_by_mode(page: Page, name: str, within: str | None = None, *, is_dark_too: bool) -> list[str]:
    """Return axe's violations of a page in light mode, and of its colors in dark mode.

    The colors of a mode do not depend on the size, so dark mode is for one size. `make test` checks such a page in one
    of the modes, which its name decides, and `make test-long` in both.
    """
    if is_dark_too and not IS_WHOLE and crc32(name.encode()) % 2:
        await page.emulate_media(color_scheme="dark")
        return await findings(page, f"{name}-dark", within)
    await page.emulate_media(color_scheme="light")
    found = await findings(page, f"{name}-light", within)
    if not ((is_dark_too and IS_WHOLE) or KEEPS_PICTURES):
        return found
    await page.emulate_media(color_scheme="dark")
    return found + await _violations(page, f"{name}-dark", within, RULES_OF_COLORS)


async def findings(page: Page, name: str, within: str | None = None) -> list[str]:
    """Return axe's violations of a page, or of a part of it, by all rules, once it has loaded and animations ended.

    With `MARKETPLACE_TEST_PICTURES=1` a picture is saved in `screenshots` for review.
    """
    await page.wait_for_load_state("networkidle")
    return await _violations(page, name, within)


async def _violations(page: Page, name: str, within: str | None, rules: Sequence[str] = ()) -> list[str]:
    await page.evaluate(AT_REST)
    if KEEPS_PICTURES:
        await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    found = await page.evaluate(RUN_AXE, [within, options])
    return [
        f"{page.url} {rule['id']}: {node['target']} {node.get('failureSummary', '')}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


async def is_wider_than_the_window(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
