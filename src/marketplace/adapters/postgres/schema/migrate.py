"""Migrate a database with Alembic while other programs use it."""

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
from marketplace.adapters.postgres.schema.lock_blockers import LOG_INTERVAL, BlockerWatch, logging_lock_blockers
from marketplace.adapters.postgres.schema.revisions import MIGRATIONS, VERSIONS, MigrationError, newest_in
from marketplace.adapters.postgres.schema.roles import let_program_in

LOG = logging.getLogger(__name__)

MIGRATION_LOCK = 7_310_482_911
"""The advisory lock that serializes migrations of programs that start together."""
LOCK_POLL_INTERVAL = 0.2
"""Seconds between two attempts to acquire it."""
NOT_THE_OWNER = (
    "The database's schema is older than this program, and this user may not change it: {}."
    " Run `marketplace migrate` with MARKETPLACE_MIGRATION_DATABASE_URL, the address of the tables' owner."
)
LOCK_ERRORS = (asyncpg.LockNotAvailableError.sqlstate, asyncpg.DeadlockDetectedError.sqlstate)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How long a migration may wait for a lock, with all later requests queued behind it, and how often it retries.

    `lock_timeout` is shorter than that of servers (`PoolLimits`), so that theirs does not expire in the queue. The
    queue drains during `pause`.
    """

    lock_timeout: timedelta = timedelta(seconds=2)
    pause: timedelta = timedelta(seconds=3)
    tries: int = 20


def configured(connection: Connection | None = None, folders: tuple[Path, ...] = (VERSIONS,), **options: Any) -> Config:
    """Return Alembic's configuration for these folders; without a connection it can only print SQL."""
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
    program: str | None = None,
) -> str:
    """Migrate up or down to a revision, and return the revision of the database. Safe to run concurrently.

    Each migration is one transaction, unless it leaves it by `autocommit_block()`; a failure leaves the database at the
    last completed one. A database newer than this program is left unchanged: a previous release still serves.
    `program` is the address that the program uses, if its user is not that of `dsn`: the user gets what it needs.
    Raises `MigrationError` if a lock stays blocked for too long, if the user may not migrate, or if the revision is
    unknown to this program.
    """
    policy = policy or RetryPolicy()
    async with _connected(dsn, policy) as connection:
        await _acquire_migration_lock(connection)
        pid = await connection.scalar(text("SELECT pg_backend_pid()"))
        current = await connection.run_sync(_current)
        if current is not None and current > newest_in(folders):
            return _keep_newer_database(current, revision, newest_in(folders))
        async with logging_lock_blockers(dsn, pid, policy.lock_timeout / 4) as watch:
            await _migrate_with_retries(connection, revision, policy, folders, watch)
        if program is not None and await connection.run_sync(_current) is not None:
            raw: Any = await connection.get_raw_connection()
            await let_program_in(raw.driver_connection, program)
    return revision


def migrate_now(dsn: str, folders: tuple[Path, ...] = (VERSIONS,), program: str | None = None) -> None:
    """Migrate to the newest revision, from a program without an event loop."""
    asyncio.run(migrate(dsn, folders=folders, program=program))


@asynccontextmanager
async def _connected(dsn: str, policy: RetryPolicy) -> AsyncIterator[AsyncConnection]:
    settings = {
        "application_name": "marketplace migrate",
        "lock_timeout": milliseconds(policy.lock_timeout),
        # an index may take hours; the role's timeout for requests does not apply
        "statement_timeout": "0",
        "idle_in_transaction_session_timeout": "0",
    }

    async def connect() -> asyncpg.Connection:
        connection = await asyncpg.connect(dsn, server_settings=settings)
        # releases the lock of a killed program within seconds, on systems where the server can detect it
        with suppress(asyncpg.PostgresError):
            await connection.execute("SET client_connection_check_interval = '2s'")
        return connection

    # asyncpg parses the DSN itself: SQLAlchemy's dialect does not accept all of its parameters, such as sslmode
    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def _acquire_migration_lock(connection: AsyncConnection) -> None:
    """Acquire the migration lock, which the connection holds until it ends.

    Polls: a statement that waited for the lock would hold a snapshot, and CREATE INDEX CONCURRENTLY of the lock holder
    would wait for that snapshot to end.
    """
    logged_at = None
    while not await connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": MIGRATION_LOCK}):
        await connection.rollback()
        if logged_at is None or time.monotonic() - logged_at >= LOG_INTERVAL:
            LOG.info("Waiting for another program to finish migrating")
            logged_at = time.monotonic()
        await asyncio.sleep(LOCK_POLL_INTERVAL)
    await connection.commit()


def _current(connection: Connection) -> str | None:
    current = MigrationContext.configure(connection).get_current_revision()
    connection.rollback()  # Alembic does not end a transaction that it did not begin
    return current


def _keep_newer_database(current: str, revision: str, newest: str) -> str:
    if revision != "head":
        raise MigrationError(
            f"The database is at {current}, but this program only knows migrations up to {newest}."
            f" Use a program that knows {current} to take it back to {revision}."
        )
    LOG.warning("The database is at %s, newer than this program's %s; leaving it as it is", current, newest)
    return current


async def _migrate_with_retries(
    connection: AsyncConnection, revision: str, policy: RetryPolicy, folders: tuple[Path, ...], watch: BlockerWatch
) -> None:
    blocked_migration, tries = None, 0
    while lock_error := await _try_migrate(connection, revision, folders):
        current = await connection.run_sync(_current)
        migration = _next_migration(current, revision, folders)
        tries = tries + 1 if migration == blocked_migration else 1
        blocked_migration = migration
        blockers = watch.take_blockers()
        if tries >= policy.tries:
            raise MigrationError(
                f"Migration {migration} couldn't get a lock in {tries} tries of"
                f" {policy.lock_timeout.total_seconds():g} s and wasn't applied:"
                f" the database is at {current or 'base'}. It was blocked by {blockers}."
                " When that has ended, run `marketplace migrate` again."
            ) from lock_error
        LOG.warning("Migration %s couldn't get a lock and will be retried; blocked by %s", migration, blockers)
        await asyncio.sleep(policy.pause.total_seconds())


async def _try_migrate(connection: AsyncConnection, revision: str, folders: tuple[Path, ...]) -> DBAPIError | None:
    """Try to migrate. Returns the error if a lock was not acquired, and `None` on success."""
    try:
        await connection.run_sync(_run, revision, folders)
    except DBAPIError as error:
        sqlstate = getattr(error.orig, "sqlstate", None)
        if sqlstate == asyncpg.InsufficientPrivilegeError.sqlstate:
            raise MigrationError(NOT_THE_OWNER.format(getattr(error.orig, "__cause__", None) or error.orig)) from error
        if sqlstate not in LOCK_ERRORS:
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


def _next_migration(current: str | None, revision: str, folders: tuple[Path, ...]) -> str:
    """Return the next migration on the way to a revision."""
    if current is not None and _is_down(current, revision):
        return current
    scripts = ScriptDirectory.from_config(configured(folders=folders)).walk_revisions()
    return next(script.revision for script in scripts if script.down_revision == current)
