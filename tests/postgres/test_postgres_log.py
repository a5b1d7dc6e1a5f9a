"""PostgreSQL's log with the shipped settings: error details quote rows, which are personal data."""

import re
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import yaml

from builders import a_user
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.embedded.postmaster import SETTINGS
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from marketplace.adapters.postgres.schema.migrate import migrate
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.errors import EmailTaken

pytestmark = pytest.mark.flaky(reruns=1)  # starts programs, which a full machine gives no turn

DEPLOY = Path(__file__).parents[2] / "deploy"
CONFIGURATION = DEPLOY / "postgres" / "postgresql.conf"
QUIET = {"log_error_verbosity": "terse", "log_parameter_max_length": "0", "log_parameter_max_length_on_error": "0"}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder whose server reads the shipped settings, except those that the program sets."""
    folder = tmp_path_factory.mktemp("shipped") / "data"
    with embedded_postgres(folder):
        pass
    with (folder / "postgresql.conf").open("a") as settings:
        settings.write(CONFIGURATION.read_text())
    return folder


async def test_postgresql_accepts_every_line_of_shipped_settings(data: Path) -> None:
    with embedded_postgres(data) as dsn:
        connection = await asyncpg.connect(dsn)
        lines = await connection.fetch("SELECT name, setting, error FROM pg_file_settings ORDER BY seqno")
        await connection.close()
    assert [dict(line) for line in lines if line["error"] and line["name"] not in SETTINGS] == []
    assert QUIET.items() <= {line["name"]: line["setting"] for line in lines}.items()


async def test_taken_email_is_not_logged_by_embedded_database(tmp_path: Path) -> None:
    with embedded_postgres(tmp_path / "data") as dsn:
        await migrate(dsn)
        database = await connect(dsn, PoolLimits(min_size=1, max_size=1))
        storage = postgres_storage(database)
        for number in range(2):
            taken = a_user(email="ada.lovelace@example.org", username=f"ada{number}")
            try:
                async with storage.unit_of_work() as tx:
                    await tx.users.add(taken)
            except EmailTaken:
                assert number == 1
        await database.close()
    log = (tmp_path / "data.log").read_text()
    assert "uq_users_email_folded" in log
    assert "ada.lovelace" not in log


def test_the_cluster_is_as_quiet_as_the_one_machine() -> None:
    documents: list[dict[str, Any]] = list(
        yaml.safe_load_all((DEPLOY / "kubernetes" / "postgres" / "cluster.yaml").read_text())
    )
    [cluster] = [each for each in documents if each["kind"] == "Cluster"]
    assert QUIET.items() <= cluster["spec"]["postgresql"]["parameters"].items()


async def test_runbook_statements_run(data: Path) -> None:
    text = (DEPLOY.parent / "docs" / "runbook.md").read_text()
    blocks = re.findall(r"^ *```sql( postgres)?\n(.*?)```", text, re.MULTILINE | re.DOTALL)
    with embedded_postgres(data) as dsn:
        await migrate(dsn)
        for is_of_the_server, block in blocks:
            connection = await asyncpg.connect(dsn, database="postgres" if is_of_the_server else None)
            for statement in block.split(";"):
                await connection.fetch(statement)
            await connection.close()
    assert len(blocks) >= 6
