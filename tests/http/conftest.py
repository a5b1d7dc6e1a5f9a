"""A marketplace shared by a module, whose clock is reset for every test; and one for a single test."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from fakes import NOW
from http_api import SETTINGS, Api, open_api
from http_site import built


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_api() -> AsyncIterator[Api]:
    async with open_api() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def api(shared_api: Api) -> Api:
    """Return the module's marketplace, which is fast but keeps the rows of other tests."""
    shared_api.clock.at = NOW
    return shared_api


@pytest_asyncio.fixture(loop_scope="module")
async def empty_api() -> AsyncIterator[Api]:
    """Open an empty marketplace, for tests of complete lists."""
    async with open_api() as opened:
        yield opened


@pytest.fixture(scope="session")
def front_end(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a built front end next to a secret file. Marketplaces with the same one share applications."""
    folder = tmp_path_factory.mktemp("front")
    (folder / "secret.txt").write_text("secret")
    return built(folder / "dist")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(front_end: Path) -> AsyncIterator[Api]:
    """Open a marketplace with a built front end."""
    async with open_api(replace(SETTINGS, frontend_dir=front_end)) as opened:
        yield opened
