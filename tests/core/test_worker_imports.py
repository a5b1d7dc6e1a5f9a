"""What a worker of the server does not hold in memory."""

import subprocess
import sys
from functools import cache

UNUSED = (
    "advanced_alchemy",
    "aiosmtplib",
    "alembic",
    "babel",
    "jinja2",
    "mrml",
    "openpyxl",
    "opentelemetry.exporter",
    "opentelemetry.sdk",
    "prometheus_client",
    "sqlalchemy",
)
LOADED = f"""
import sys
import marketplace.entrypoints.cli
from marketplace.entrypoints.asgi import app

app()
print(sorted(set({UNUSED}) & set(sys.modules)))

import marketplace.adapters.postgres.backoffice.definitions
print(sorted({{"advanced_alchemy", "sqlalchemy"}} & set(sys.modules)))
"""


@cache
def loaded() -> list[str]:
    """Return what a worker has loaded at its start, and then with the lists of the back office."""
    environment = {
        "MARKETPLACE_STORAGE": "memory",
        "MARKETPLACE_SECRET_KEY": "tests-only-f0c1a2b3d4e5968778695a4b3c2d1e0f",
    }
    ended = subprocess.run([sys.executable, "-c", LOADED], env=environment, capture_output=True, text=True, check=True)
    return ended.stdout.splitlines()


def test_worker_does_not_import_what_only_migrations_exports_lists_and_telemetry_need() -> None:
    assert loaded()[0] == "[]"


def test_lists_of_the_back_office_are_imported_after_litestar_was() -> None:
    assert loaded()[1] == "['advanced_alchemy', 'sqlalchemy']"
