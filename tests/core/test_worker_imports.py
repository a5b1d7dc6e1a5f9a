"""What a worker of the server does not hold in memory."""

import subprocess
import sys

UNUSED = (
    "advanced_alchemy",
    "aiosmtplib",
    "alembic",
    "babel",
    "jinja2",
    "mrml",
    "openpyxl",
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
"""
LISTS = """
import sys
import marketplace.entrypoints.asgi
import marketplace.adapters.postgres.backoffice.definitions

print(sorted({"advanced_alchemy", "sqlalchemy"} & set(sys.modules)))
"""


def output_of(program: str) -> str:
    environment = {
        "MARKETPLACE_STORAGE": "memory",
        "MARKETPLACE_SECRET_KEY": "tests-only-f0c1a2b3d4e5968778695a4b3c2d1e0f",
    }
    ended = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    return ended.stdout.strip()


def test_worker_does_not_import_what_only_migrations_exports_and_lists_need() -> None:
    assert output_of(LOADED) == "[]"


def test_lists_of_the_back_office_are_imported_after_litestar_was() -> None:
    assert output_of(LISTS) == "['advanced_alchemy', 'sqlalchemy']"
