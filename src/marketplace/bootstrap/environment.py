"""Prepare the environment of a command: settings, plus an embedded database and a stored secret if none are set."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from marketplace.adapters.postgres.embedded.server import embedded_postgres, of_program
from marketplace.settings import PREFIX, SECRET_VARIABLES, Settings, read_settings


@contextmanager
def prepared_settings(**overrides: object) -> Iterator[Settings]:
    """Yield complete settings; run the embedded PostgreSQL during the block if no database is configured.

    `overrides` are command-line options and take precedence over variables unless `None`. The result is written back
    to the environment for worker processes. Raises `SettingsError`, `EmbeddedPostgresError`.
    """
    variables = {f"{PREFIX}{name.upper()}": str(value) for name, value in overrides.items() if value is not None}
    settings = read_settings(os.environ | variables)
    # Decide here: to worker processes, the embedded database looks like a configured one.
    variables[f"{PREFIX}WORKER_INSIDE"] = "on" if settings.runs_worker else "off"
    if settings.is_embedded:
        with embedded_postgres(settings.data_dir / "postgres") as dsn:
            addressed = replace(settings, database_url=of_program(dsn), migration_database_url=dsn)
            yield _write_back(addressed, variables)
    else:
        yield _write_back(settings, variables)


def _write_back(settings: Settings, variables: dict[str, str]) -> Settings:
    if settings.secret_key is None:
        # Memory storage does not outlive the process, so neither must the key.
        is_transient = settings.storage == "memory"
        settings = replace(
            settings, secret_key=secrets.token_urlsafe(48) if is_transient else stored_secret(settings.data_dir)
        )
    os.environ.update(variables)
    for name in SECRET_VARIABLES:
        # The secret has been read; a worker would refuse a variable that is set together with its `_FILE`.
        os.environ.pop(f"{PREFIX}{name.upper()}_FILE", None)
        os.environ[f"{PREFIX}{name.upper()}"] = getattr(settings, name) or ""
    return settings


def stored_secret(data_dir: Path) -> str:
    """Return the development secret, created on first use in the data folder with mode 0600."""
    path = data_dir / "secret_key"
    data_dir.mkdir(parents=True, exist_ok=True)
    created = data_dir / f".secret_key.{secrets.token_hex(4)}"
    try:
        if not path.exists():
            created.touch(mode=0o600)
            created.write_text(secrets.token_urlsafe(48))
            # Linking is atomic: of programs that start together one wins, and none reads a half-written file.
            with suppress(FileExistsError):
                path.hardlink_to(created)
    finally:
        created.unlink(missing_ok=True)
    return path.read_text().strip()
