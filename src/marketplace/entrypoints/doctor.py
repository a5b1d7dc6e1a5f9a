"""Checks for `marketplace check`: what is installed, configured and reachable, with advice for what is not."""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlsplit

import asyncpg

from marketplace.adapters.postgres.embedded.server import EmbeddedPostgresError, find_binaries
from marketplace.adapters.postgres.message_lists import count_held
from marketplace.adapters.postgres.schema.revisions import newest_revision
from marketplace.adapters.postgres.schema.roles import ROLE_OF_ITS_OWN, find_excess
from marketplace.adapters.postgres.stored_amounts import find_unfit_amount
from marketplace.adapters.site_texts.files import read_site_texts
from marketplace.bootstrap.payments import check_payments
from marketplace.core.domain.money import Currency
from marketplace.entrypoints.provider_findings import Finding, provider_findings
from marketplace.entrypoints.server import check_port, unfit
from marketplace.entrypoints.zone_data import (
    days_ahead,
    describe_differences,
    offsets_of_files,
    offsets_of_server,
    release_age,
)
from marketplace.http.static.frontend import DOCS, has_pages
from marketplace.settings import Settings, SettingsError, read_settings

MIN_POSTGRES = 150_000
EXTENSIONS = ("btree_gist",)
TIMEOUT = 5
"""Seconds to wait for the database."""


MAX_HELD = 1_000
"""Held messages that are counted at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What the database says about itself. `held` is `None` if it has no table of messages yet."""

    version: int
    missing: list[str]
    revision: str | None
    zones: str
    unfit: Decimal | None
    held: int | None
    excess: str | None


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
    yield Finding(subject="public address", is_good=True, seen=settings.site_url)
    yield _secret(settings)
    yield _zone_data()
    if settings.is_embedded:
        yield _run("embedded PostgreSQL", _embedded, EmbeddedPostgresError)
        yield from _zones_of_embedded()
    elif settings.database_url is not None:
        yield from database_findings(settings)
    yield _run("port", lambda: _port(settings), SettingsError)
    yield _frontend(settings)
    yield _texts(settings)
    yield _mail(settings)
    yield _payments(settings)
    yield from provider_findings(settings)


def _run(subject: str, check: Callable[[], str], *errors: type[Exception]) -> Finding:
    try:
        return Finding(subject=subject, is_good=True, seen=check())
    except errors as error:
        return Finding(subject=subject, is_good=False, seen=str(error))


def _secret(settings: Settings) -> Finding:
    if settings.secret_key is not None:
        return Finding(subject="secret key", is_good=True, seen="from the environment")
    return Finding(subject="secret key", is_good=True, seen=f"stored in {settings.data_dir / 'secret_key'}")


def _zone_data() -> Finding:
    is_recent, seen = release_age()
    return Finding(
        subject="time zones",
        is_good=is_recent,
        seen=seen,
        advice="Install a release with newer lock files (`make lock`), then run `marketplace zones --compare`.",
        is_warning=True,
    )


def _zones_of_embedded() -> Iterator[Finding]:
    with suppress(EmbeddedPostgresError):
        found = offsets_of_files(find_binaries().folder, days := days_ahead())
        if found is not None:
            yield Finding(subject="zones of PostgreSQL", is_good=True, seen=describe_differences(found, days))


def _embedded() -> str:
    binaries = find_binaries()
    return f"PostgreSQL {binaries.major} in {binaries.folder} ({binaries.source})"


def _port(settings: Settings) -> str:
    check_port("PORT", settings.host, settings.port)
    return f"{settings.host}:{settings.port} is free"


def _frontend(settings: Settings) -> Finding:
    built = has_pages(settings.frontend_dir) and (settings.frontend_dir / DOCS / "swagger-ui-bundle.js").is_file()
    seen = f"{settings.frontend_dir} {'is built' if built else 'is not built'}"
    return Finding(
        subject="front end", is_good=built, seen=seen, advice="Run `make install`, or set MARKETPLACE_FRONTEND_DIR."
    )


def _texts(settings: Settings) -> Finding:
    try:
        unwritten = read_site_texts(settings.texts_dir).unwritten()
    except SettingsError as error:
        return Finding(subject="texts", is_good=False, seen=str(error))
    is_public = settings.environment == "production"
    return Finding(
        subject="texts",
        is_good=not (unwritten and is_public),
        seen=f"placeholders: {', '.join(unwritten)}" if unwritten else "written by the operator",
        advice="Write them as Markdown files into a folder, and name it in MARKETPLACE_TEXTS_DIR.",
        is_warning=True,
    )


def _mail(settings: Settings) -> Finding:
    if settings.smtp_url is not None:
        server, (_, sender) = urlsplit(settings.smtp_url), settings.mail_from or ("", "")
        return Finding(subject="mail", is_good=True, seen=f"sent through {server.hostname}, from {sender}")
    if settings.inbox:
        return Finding(subject="mail", is_good=True, seen=f"kept, to read at {settings.site_url}/inbox")
    return Finding(
        subject="mail",
        is_good=settings.environment != "production",
        seen="not sent: there is no mail server, so messages are held",
        advice="Set MARKETPLACE_SMTP_URL and MARKETPLACE_MAIL_FROM.",
        is_warning=True,
    )


def _payments(settings: Settings) -> Finding:
    seen = {
        "off": "not taken: learners pay creators directly",
        "simulator": "of the simulator, with play money",
        "stripe": "through Stripe",
    }[settings.payments]
    try:
        check_payments(settings)
    except SettingsError as error:
        return Finding(subject="payments", is_good=False, seen=str(error), advice="Choose another currency.")
    is_test = "_test_" in (settings.stripe_secret_key or "") and settings.payments == "stripe"
    return Finding(
        subject="payments",
        is_good=not (is_test and settings.environment == "production"),
        seen=f"{seen}, in its test mode" if is_test else seen,
        advice="Set MARKETPLACE_STRIPE_SECRET_KEY to a key that begins with sk_live_ or rk_live_.",
        is_warning=True,
    )


def database_findings(settings: Settings) -> Iterator[Finding]:
    """Run the checks of the configured database."""
    url, currency = settings.database_url or "", Currency.of(settings.currency)
    try:
        found = asyncio.run(_inspect_database(url, currency))
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
        is_good=found.version >= MIN_POSTGRES,
        seen=f"PostgreSQL {found.version // 10_000}.{found.version % 10_000}",
        advice="Use PostgreSQL 15 or newer.",
    )
    yield Finding(
        subject="extensions",
        is_good=not found.missing,
        seen=f"missing: {', '.join(found.missing)}" if found.missing else "available",
        advice="Install the server's contrib package.",
    )
    yield Finding(
        subject="migrations",
        is_good=found.revision == newest_revision(),
        seen=f"at {found.revision}" if found.revision else "none applied yet",
        advice="Run `marketplace migrate`, or `serve`, which migrates first.",
    )
    yield Finding(
        subject="database role",
        is_good=found.excess is None or settings.environment != "production",
        seen=found.excess or "owns nothing, and only adds to the audit log and the ledger",
        advice=ROLE_OF_ITS_OWN,
        is_warning=True,
    )
    yield Finding(subject="zones of PostgreSQL", is_good=True, seen=found.zones)
    fits = f"{currency.code}, {currency.digits} decimal places"
    yield Finding(
        subject="currency",
        is_good=found.unfit is None,
        seen=fits if found.unfit is None else unfit(currency, found.unfit),
        advice="Neither `serve` nor `worker` starts until then.",
    )
    if found.held is not None:
        yield _held(found.held)


def _held(number: int) -> Finding:
    seen = f"at least {MAX_HELD:,}" if number == MAX_HELD else f"{number}"
    return Finding(
        subject="held messages",
        is_good=number == 0,
        seen=seen if number else "none",
        advice="A worker with MARKETPLACE_SMTP_URL sends those that are still true within a minute.",
        is_warning=True,
    )


async def _inspect_database(url: str, currency: Currency) -> Inspected:
    connection = await asyncpg.connect(url, timeout=TIMEOUT)
    try:
        version = int(await connection.fetchval("SHOW server_version_num"))
        rows = await connection.fetch("SELECT name FROM pg_available_extensions WHERE name = ANY($1)", EXTENSIONS)
        missing = sorted(set(EXTENSIONS) - {row["name"] for row in rows})
        migrated = await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL")
        revision = await connection.fetchval("SELECT version_num FROM alembic_version") if migrated else None
        days = days_ahead()
        zones = describe_differences(await offsets_of_server(connection, days), days)
        return Inspected(
            version=version,
            missing=missing,
            revision=revision,
            zones=zones,
            unfit=await find_unfit_amount(connection, currency.digits),
            held=await count_held(connection, MAX_HELD),
            excess=await find_excess(connection),
        )
    finally:
        await connection.close()
