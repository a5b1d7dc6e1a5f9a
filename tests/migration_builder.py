"""Migrations of a test that follow those of the program, and sessions that block them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import asyncpg

from marketplace.adapters.postgres.schema.revisions import VERSIONS, newest_revision

MIGRATION = """
import sqlalchemy as sa
from alembic import op

from marketplace.adapters.postgres.schema import online_ddl

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None
{changes}


def upgrade() -> None:
{up}


def downgrade() -> None:
{down}
"""


class Upgrades:
    """A folder of migrations that follow the newest."""

    def __init__(self, folder: Path) -> None:
        self.newest = newest_revision()
        self.folders = (VERSIONS, folder)
        self._folder = folder

    def add(self, up: str, *, down: str = "pass", changes: str = "") -> str:
        """Write the next migration. Returns its revision."""
        before, self.newest = self.newest, f"{int(self.newest) + 1:04}"
        bodies = {"up": indent(dedent(up), "    "), "down": indent(dedent(down), "    ")}
        text = MIGRATION.format(revision=self.newest, before=before, changes=changes, **bodies)
        (self._folder / f"{self.newest}_of_a_test.py").write_text(text)
        return self.newest


@asynccontextmanager
async def held(dsn: str, statement: str) -> AsyncIterator[Any]:
    """Yield a connection in a transaction that has run this statement; closing it ends the transaction."""
    connection = await asyncpg.connect(dsn, server_settings={"application_name": "a long report"})
    await connection.execute("BEGIN")
    await connection.execute(statement)
    try:
        yield connection
    finally:
        await connection.close()


async def comes(condition: Callable[[], Awaitable[object]], seconds: float = 60) -> None:
    """Wait until the condition returns something true."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - the database sets no event
            await asyncio.sleep(0.05)
