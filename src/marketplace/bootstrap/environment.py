"""What a command runs on: settings from the environment, with the database and the secret they leave to us."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from marketplace.adapters.postgres.embedded.server import embedded_postgres
from marketplace.settings import PREFIX, SECRET_VARIABLES, Settings, read_settings


@contextmanager
def prepared_settings(**overrides: object) -> Iterator[Settings]:
    """Complete settings, while the embedded PostgreSQL runs where none is given.

    `overrides` are settings from the command line; `None` leaves the variable's word. The result is written back to
    the environment, where worker processes find it. Raises `SettingsError`, `EmbeddedPostgresError`.
    """
    provided = {f"{PREFIX}{name.upper()}": str(value) for name, value in overrides.items() if value is not None}
    settings = read_settings(os.environ | provided)
    # settled here, since worker processes will see the embedded database as one that is given
    provided[f"{PREFIX}WORKER_INSIDE"] = "on" if settings.runs_worker else "off"
    if settings.is_embedded:
        with embedded_postgres(settings.data_dir / "postgres") as dsn:
            yield _write_back(replace(settings, database_url=dsn), provided)
    else:
        yield _write_back(settings, provided)


def _write_back(settings: Settings, provided: dict[str, str]) -> Settings:
    if settings.secret_key is None:
        # a memory that forgets needs no key that lasts
        forgets = settings.storage == "memory"
        settings = replace(
            settings, secret_key=secrets.token_urlsafe(48) if forgets else stored_secret(settings.data_dir)
        )
    os.environ.update(provided)
    for name in SECRET_VARIABLES:
        # read by now, and said twice it would be refused
        os.environ.pop(f"{PREFIX}{name.upper()}_FILE", None)
    if settings.database_url is not None:
        os.environ[f"{PREFIX}DATABASE_URL"] = settings.database_url
    os.environ[f"{PREFIX}SECRET_KEY"] = settings.secret_key or ""
    return settings


def stored_secret(data_dir: Path) -> str:
    """The secret of a development machine: made once, kept in the data folder, readable by its owner only."""
    path = data_dir / "secret_key"
    data_dir.mkdir(parents=True, exist_ok=True)
    created = data_dir / f".secret_key.{secrets.token_hex(4)}"
    try:
        if not path.exists():
            created.touch(mode=0o600)
            created.write_text(secrets.token_urlsafe(48))
            # of programs that start together, the first to link wins; none reads a half-written file
            with suppress(FileExistsError):
                path.hardlink_to(created)
    finally:
        created.unlink(missing_ok=True)
    return path.read_text().strip()
