"""Which migration this program expects, without loading Alembic: every worker asks, and only `migrate` needs it."""

from functools import cache
from pathlib import Path

MIGRATIONS = Path(__file__).with_name("migrations")
VERSIONS = MIGRATIONS / "versions"
"""The folder of this program's migrations."""


@cache
def newest_revision() -> str:
    """The last migration of this program."""
    return newest_in((VERSIONS,))


def newest_in(folders: tuple[Path, ...]) -> str:
    """The number that the last migration's file begins with."""
    return max(path.name.partition("_")[0] for folder in folders for path in folder.glob("[0-9]*_*.py"))
