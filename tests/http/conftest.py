"""A marketplace for a whole module, whose clock starts anew for every test; and one that is a test's own."""

from collections.abc import AsyncIterator

import pytest_asyncio

from fakes import NOW
from http_api import Api, open_api


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
