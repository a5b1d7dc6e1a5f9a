"""What is known about migrations without importing Alembic, which only `migrate` needs."""

from functools import cache
from pathlib import Path

MIGRATIONS = Path(__file__).with_name("migrations")
VERSIONS = MIGRATIONS / "versions"
"""The folder of this program's migrations."""


class MigrationError(Exception):
    """A migration that cannot be applied now; the message is for an operator."""


@cache
def newest_revision() -> str:
    """Return the last migration of this program."""
    return newest_in((VERSIONS,))


def newest_in(folders: tuple[Path, ...]) -> str:
    """Return the number of the last migration's file."""
    return max(path.name.partition("_")[0] for folder in folders for path in folder.glob("[0-9]*_*.py"))
