"""A marketplace for a whole module, whose clock starts anew for every test; and one that is a test's own."""

from collections.abc import AsyncIterator
from dataclasses import replace

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
    """Quick: its rows are those of the whole module, as in life."""
    shared_api.clock.at = NOW
    return shared_api


@pytest_asyncio.fixture(loop_scope="module")
async def empty_api() -> AsyncIterator[Api]:
    """For what is said of everything that there is."""
    async with open_api() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Api]:
    """With a front end built, in a folder whose neighbour is nobody's business."""
    folder = tmp_path_factory.mktemp("front")
    (folder / "secret.txt").write_text("secret")
    async with open_api(replace(SETTINGS, frontend_dir=built(folder / "dist"))) as opened:
        yield opened
