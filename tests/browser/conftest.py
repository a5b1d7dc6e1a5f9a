"""A browser against the real program, over a database of its own."""

import os
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Request, ViewportSize, async_playwright, expect

from databases import EmptiedDatabases
from ports import free_port
from postgres.servers import Server

DIST = Path(__file__).parents[2] / "frontend" / "dist"
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
Size = Literal["phone", "desktop"]
Mode = Literal["light", "dark"]
SIZES: dict[Size, ViewportSize] = {
    "phone": {"width": 390, "height": 844},
    "desktop": {"width": 1440, "height": 900},
}
PAYMENT_PAGES = re.compile(r"Test payments at (http://[^/]+)/")
ZONE = "Europe/Berlin"
"""The time zone of the browsers unless a test names another, whatever the machine's own."""

TIMEOUT = 60_000
"""Milliseconds that a page has to show what is expected, on a machine that runs other tests too."""
expect.set_options(timeout=TIMEOUT)

OpenPage = Callable[..., Awaitable[Page]]


def chromium() -> str:
    """Return the path of a Chromium, which `make test` installs: the shell without windows, which starts fastest."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    named = os.environ.get("MARKETPLACE_TEST_CHROMIUM", "")
    found = next((path for name in (named, *names) if name and (path := shutil.which(name))), None)
    assert found, "No Chromium: install the package chromium-headless-shell, or name one in MARKETPLACE_TEST_CHROMIUM."
    return found


@pytest.fixture(scope="module")
def database(emptied_databases: EmptiedDatabases) -> Iterator[str]:
    """Return an empty database for a module."""
    with emptied_databases.one() as dsn:
        yield dsn


@pytest.fixture(scope="module")
async def site(
    request: pytest.FixtureRequest, database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Server]:
    """Run the program with its web application and its worker inside.

    Where the file says `TAKES_PAYMENTS`, it has payments by the simulator, which it starts itself. With `CLOCK_AHEAD`,
    it is the demo, whose clock is that many seconds ahead.
    """
    assert (DIST / "index.html").exists(), "The web application is not built: make install"
    port, folder = free_port(), tmp_path_factory.mktemp("site")
    settings: dict[str, object] = {"frontend_dir": DIST, "worker_inside": "on"}
    if getattr(request.module, "TAKES_PAYMENTS", False):
        public_url = f"http://localhost:{port}"
        settings |= {"payments": "simulator", "public_url": public_url, "data_dir": folder / "data"}
    if ahead := getattr(request.module, "CLOCK_AHEAD", 0):
        (folder / "data").mkdir()
        (folder / "data" / "clock").write_text(str(ahead))
        settings |= {"inbox": "on", "data_dir": folder / "data"}
    server = Server(database, folder / "server.log", port, **settings)
    try:
        await server.starts()
        yield server
    finally:
        await server.end()


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium(), args=list(CHROMIUM_FLAGS))
        yield opened
        await opened.close()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Function) -> None:
    """Start a program or a browser that has ended again, or every later test of the file would fail, and each rerun."""
    for name in ("site", "browser"):
        for definition in item._fixtureinfo.name2fixturedefs.get(name, ()):  # noqa: SLF001 - pytest has no other way
            if definition.cached_result is not None and has_ended(definition.cached_result[0]):
                definition.finish(item._request)  # type: ignore[arg-type] # noqa: SLF001 - only its node is used


def has_ended(started: object) -> bool:
    match started:
        case Server():
            return started.process.poll() is not None
        case Browser():
            return not started.is_connected()
    return False


class Watch:
    """Collects errors that a page does not show: script errors and requests to other hosts."""

    def __init__(self, origin: str, others: frozenset[str]) -> None:
        self.errors: list[str] = []
        self._hosts = {urlsplit(origin).netloc, *others}

    def over(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.errors.append(f"script: {error}"))
        page.on("request", self._see)
        page.on("console", lambda message: self._hear(message.type, message.text))

    def _see(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https"} and address.netloc not in self._hosts:
            self.errors.append(f"request to a stranger: {request.url}")

    def _hear(self, kind: str, text: str) -> None:
        # the browser itself logs every refused request, which the page then shows in words
        if kind == "error" and not text.startswith("Failed to load resource"):
            self.errors.append(f"console: {text}")


@pytest.fixture
def other_hosts(site: Server) -> frozenset[str]:
    """Return the hosts that pages may ask apart from their own: the simulator's, whose address the program prints."""
    return frozenset(urlsplit(found).netloc for found in PAYMENT_PAGES.findall(site.log.read_text()))


@pytest.fixture
async def open_page(site: Server, browser: Browser, other_hosts: frozenset[str]) -> AsyncIterator[OpenPage]:
    """Open pages, each with cookies of its own, at a path: `open_page("/", "phone", color_scheme="dark")`.

    `same_person_as=page` opens another tab with the same cookies. The test fails on a script error or a request to
    another host.
    """
    origin = f"http://localhost:{site.port}"
    watch = Watch(origin, other_hosts)
    async with AsyncExitStack() as stack:

        async def open_one(
            path: str = "/",
            size: Size = "desktop",
            *,
            same_person_as: Page | None = None,
            color_scheme: Mode = "light",
            time_zone: str = ZONE,
        ) -> Page:
            context = same_person_as.context if same_person_as else await make_context(size, color_scheme, time_zone)
            page = await context.new_page()
            watch.over(page)
            await page.goto(path)
            return page

        async def make_context(size: Size, color_scheme: Mode, time_zone: str) -> BrowserContext:
            is_phone = size == "phone"
            context = await browser.new_context(
                base_url=origin,
                viewport=SIZES[size],
                has_touch=is_phone,
                is_mobile=is_phone,
                color_scheme=color_scheme,
                timezone_id=time_zone,
                locale="en-GB",
                reduced_motion="reduce",
            )
            context.set_default_timeout(TIMEOUT)
            stack.push_async_callback(context.close)
            return context

        yield open_one
    assert watch.errors == []
