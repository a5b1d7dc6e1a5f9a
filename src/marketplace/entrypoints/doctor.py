"""Checks for `marketplace check`: what is installed, configured and reachable, with advice for what is not."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import asyncpg

from marketplace.adapters.postgres.embedded.server import EmbeddedPostgresError, find_binaries
from marketplace.adapters.postgres.schema.revisions import newest_revision
from marketplace.entrypoints.server import check_port
from marketplace.settings import Settings, SettingsError, read_settings

MIN_POSTGRES = 150_000
EXTENSIONS = ("btree_gist",)
TIMEOUT = 5
"""Seconds to wait for the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Result of one check. `advice` says how to fix a failed one."""

    subject: str
    is_good: bool
    seen: str
    advice: str = ""


def findings() -> Iterator[Finding]:
    """Run all checks of what `serve` needs, one at a time; stops early if the settings are invalid."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding(
        subject="Python", is_good=sys.version_info >= (3, 11), seen=version, advice="Use Python 3.11 or newer."
    )
    try:
        settings = read_settings(os.environ)
    except SettingsError as error:
        yield Finding(subject="settings", is_good=False, seen=str(error), advice="See .env.example.")
        return
    yield Finding(subject="settings", is_good=True, seen=f"{settings.environment}, storage {settings.storage}")
    yield _secret(settings)
    if settings.is_embedded:
        yield _run("embedded PostgreSQL", _embedded, EmbeddedPostgresError)
    elif settings.database_url is not None:
        yield from _database(settings.database_url)
    yield _run("port", lambda: _port(settings), SettingsError)
    yield _frontend(settings)


def _run(subject: str, check: Callable[[], str], *errors: type[Exception]) -> Finding:
    try:
        return Finding(subject=subject, is_good=True, seen=check())
    except errors as error:
        return Finding(subject=subject, is_good=False, seen=str(error))


def _secret(settings: Settings) -> Finding:
    if settings.secret_key is not None:
        return Finding(subject="secret key", is_good=True, seen="from the environment")
    return Finding(subject="secret key", is_good=True, seen=f"stored in {settings.data_dir / 'secret_key'}")


def _embedded() -> str:
    binaries = find_binaries()
    return f"PostgreSQL {binaries.major} in {binaries.folder} ({binaries.source})"


def _port(settings: Settings) -> str:
    check_port("PORT", settings.host, settings.port)
    return f"{settings.host}:{settings.port} is free"


def _frontend(settings: Settings) -> Finding:
    built = (settings.frontend_dir / "docs" / "swagger-ui-bundle.js").is_file()
    seen = f"{settings.frontend_dir} {'is built' if built else 'is not built'}"
    return Finding(subject="front end", is_good=built, seen=seen, advice="Run `make install`.")


def _database(url: str) -> Iterator[Finding]:
    try:
        version, missing, revision = asyncio.run(_inspect_database(url))
    except (OSError, OverflowError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        yield Finding(
            subject="database",
            is_good=False,
            seen=f"{type(error).__name__}: {error}",
            advice="Check the server, and the host, user and password in MARKETPLACE_DATABASE_URL.",
        )
        return
    yield Finding(
        subject="database",
        is_good=version >= MIN_POSTGRES,
        seen=f"PostgreSQL {version // 10_000}.{version % 10_000}",
        advice="Use PostgreSQL 15 or newer.",
    )
    yield Finding(
        subject="extensions",
        is_good=not missing,
        seen=f"missing: {', '.join(missing)}" if missing else "available",
        advice="Install the server's contrib package.",
    )
    yield Finding(
        subject="migrations",
        is_good=revision == newest_revision(),
        seen=f"at {revision}" if revision else "none applied yet",
        advice="Run `marketplace migrate`, or `serve`, which migrates first.",
    )


async def _inspect_database(url: str) -> tuple[int, list[str], str | None]:
    connection = await asyncpg.connect(url, timeout=TIMEOUT)
    try:
        version = int(await connection.fetchval("SHOW server_version_num"))
        rows = await connection.fetch("SELECT name FROM pg_available_extensions WHERE name = ANY($1)", EXTENSIONS)
        missing = sorted(set(EXTENSIONS) - {row["name"] for row in rows})
        migrated = await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL")
        revision = await connection.fetchval("SELECT version_num FROM alembic_version") if migrated else None
        return version, missing, revision
    finally:
        await connection.close()
