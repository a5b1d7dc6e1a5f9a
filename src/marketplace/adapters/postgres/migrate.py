"""Bringing a database to this program's schema, by Alembic."""

import asyncio

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from marketplace.adapters.postgres.revisions import MIGRATIONS

ONE_AT_A_TIME = 7_310_482_911
"""The advisory lock under which programs that start together migrate one after the other."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def sqlalchemy_url(dsn: str) -> str:
    """The same database for SQLAlchemy's asyncpg dialect."""
    return make_url(dsn).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


async def migrate(dsn: str, revision: str = "head") -> None:
    """Migrate up or down to a revision; each migration is one transaction. Safe to run from many places at once."""

    def run(connection: Connection) -> None:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
        current = MigrationContext.configure(connection).get_current_revision() or ""
        down = revision == "base" or (revision != "head" and revision < current)
        (command.downgrade if down else command.upgrade)(_config(connection), revision)

    # asyncpg reads the address itself: SQLAlchemy's dialect does not take all of its parameters, such as sslmode
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(dsn), poolclass=NullPool
    )
    try:
        async with engine.begin() as connection:
            await connection.run_sync(run)
    finally:
        await engine.dispose()


def migrate_now(dsn: str) -> None:
    """`migrate` to the newest revision, from a program without an event loop."""
    asyncio.run(migrate(dsn))
