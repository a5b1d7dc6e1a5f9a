"""Which migration this program expects, without loading Alembic: every worker asks, and only `migrate` needs it."""

from functools import cache
from pathlib import Path

MIGRATIONS = Path(__file__).with_name("migrations")


@cache
def newest_revision() -> str:
    """The number that the last migration's file begins with."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))
