"""Bringing a database to this program's schema, by Alembic, while others go on using it."""

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from marketplace.adapters.postgres.connection.pool import milliseconds
from marketplace.adapters.postgres.schema.lock_blockers import LOG_INTERVAL, Watch, logging_lock_blockers
from marketplace.adapters.postgres.schema.revisions import MIGRATIONS, VERSIONS, newest_in

LOG = logging.getLogger(__name__)

ONE_AT_A_TIME = 7_310_482_911
"""The advisory lock under which programs that start together migrate one after the other."""
TURN = 0.2
"""Seconds between two questions whether it is ours."""
IN_THE_WAY = (asyncpg.LockNotAvailableError.sqlstate, asyncpg.DeadlockDetectedError.sqlstate)


class MigrationError(Exception):
    """A migration that cannot be had now, in words for an operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How long a migration may ask for a lock, which everybody else then queues behind, and how often it may ask.

    `lock_timeout` is shorter than that of the programs that serve (`PoolLimits`), so that theirs does not run out in
    the queue; in the pause the queue drains.
    """

    lock_timeout: timedelta = timedelta(seconds=2)
    pause: timedelta = timedelta(seconds=3)
    tries: int = 20


def configured(connection: Connection | None = None, folders: tuple[Path, ...] = (VERSIONS,), **options: Any) -> Config:
    """Alembic's settings for these folders of migrations; without a connection it can only print SQL."""
    config = Config(**options)
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", os.pathsep.join(map(str, folders)))
    config.attributes["connection"] = connection
    return config


async def migrate(
    dsn: str,
    revision: str = "head",
    *,
    policy: RetryPolicy | None = None,
    folders: tuple[Path, ...] = (VERSIONS,),
) -> str:
    """Migrate up or down to a revision, and return what the database is at. Safe to run from many places at once.

    Each migration is one transaction, unless it leaves it by `autocommit_block()`; what fails leaves the database at
    the last one that was done. A database newer than this program is left as it is: the program before still serves.
    Raises `MigrationError` when somebody is in the way for too long, or the revision is unknown to this program.
    """
    policy = policy or RetryPolicy()
    async with _connected(dsn, policy) as connection:
        await _wait_for_turn(connection)
        pid = await connection.scalar(text("SELECT pg_backend_pid()"))
        current = await connection.run_sync(_current)
        if current is not None and current > newest_in(folders):
            return _is_newer_than_us(current, revision, newest_in(folders))
        async with logging_lock_blockers(dsn, pid, policy.lock_timeout / 4) as watch:
            await _migrate_with_retries(connection, revision, policy, folders, watch)
    return revision


def migrate_now(dsn: str, folders: tuple[Path, ...] = (VERSIONS,)) -> None:
    """`migrate` to the newest revision, from a program without an event loop."""
    asyncio.run(migrate(dsn, folders=folders))


@asynccontextmanager
async def _connected(dsn: str, policy: RetryPolicy) -> AsyncIterator[AsyncConnection]:
    settings = {
        "application_name": "marketplace migrate",
        "lock_timeout": milliseconds(policy.lock_timeout),
        # an index may take hours, and what the role is given for requests is no measure of it
        "statement_timeout": "0",
        "idle_in_transaction_session_timeout": "0",
    }

    async def connect() -> asyncpg.Connection:
        connection = await asyncpg.connect(dsn, server_settings=settings)
        # a program that was killed leaves its turn within seconds, where the server's system can tell
        with suppress(asyncpg.PostgresError):
            await connection.execute("SET client_connection_check_interval = '2s'")
        return connection

    # asyncpg reads the address itself: SQLAlchemy's dialect does not take all of its parameters, such as sslmode
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def _wait_for_turn(connection: AsyncConnection) -> None:
    """Return with the lock, which this connection holds until it ends, however it ends.

    Asked for again and again: a statement that waited for it would have a snapshot, for whose end an index that is
    made concurrently by whoever holds the lock would wait.
    """
    logged_at = None
    while not await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": ONE_AT_A_TIME}):
        await connection.rollback()
        if logged_at is None or time.monotonic() - logged_at >= LOG_INTERVAL:
            LOG.info("Waiting for another program to finish migrating")
            logged_at = time.monotonic()
        await asyncio.sleep(TURN)
    await connection.commit()


def _current(connection: Connection) -> str | None:
    current = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()  # Alembic leaves a transaction that is begun to whoever began it
    return current


def _is_newer_than_us(current: str, revision: str, newest: str) -> str:
    if revision != "head":
        raise MigrationError(
            f"The database is at {current}, but this program only knows migrations up to {newest}."
            f" Use a program that knows {current} to take it back to {revision}."
        )
    LOG.warning("The database is at %s, newer than this program's %s; leaving it as it is", current, newest)
    return current


async def _migrate_with_retries(
    connection: AsyncConnection, revision: str, policy: RetryPolicy, folders: tuple[Path, ...], watch: Watch
) -> None:
    stuck_at, tries = None, 0
    while refusal := await _refused(connection, revision, folders):
        current = await connection.run_sync(_current)
        step = _step(current, revision, folders)
        tries = tries + 1 if step == stuck_at else 1
        stuck_at = step
        blockers = watch.taken()
        if tries >= policy.tries:
            raise MigrationError(
                f"Migration {step} couldn't get a lock in {tries} tries of {policy.lock_timeout.total_seconds():g} s"
                f" and wasn't applied: the database is at {current or 'base'}. It was blocked by {blockers}."
                " When that has ended, run `marketplace migrate` again."
            ) from refusal
        LOG.warning("Migration %s couldn't get a lock and will be retried; blocked by %s", step, blockers)
        await asyncio.sleep(policy.pause.total_seconds())


async def _refused(connection: AsyncConnection, revision: str, folders: tuple[Path, ...]) -> DBAPIError | None:
    """Migrate. Returns the error when somebody held what was needed, and `None` when it is done."""
    try:
        await connection.run_sync(_run, revision, folders)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in IN_THE_WAY:
            raise
        await connection.rollback()
        return error
    return None


def _run(connection: Connection, revision: str, folders: tuple[Path, ...]) -> None:
    connection.execute(text("RESET lock_timeout"))
    connection.commit()
    down = _is_down(_current(connection), revision)
    (command.downgrade if down else command.upgrade)(configured(connection, folders), revision)


def _is_down(current: str | None, revision: str) -> bool:
    return revision == "base" or (revision != "head" and revision < (current or ""))


def _step(current: str | None, revision: str, folders: tuple[Path, ...]) -> str:
    """The migration that is next on the way from one revision to another."""
    if current is not None and _is_down(current, revision):
        return current
    scripts = ScriptDirectory.from_config(configured(folders=folders)).walk_revisions()
    return next(script.revision for script in scripts if script.down_revision == current)
