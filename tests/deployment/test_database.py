"""The databases of compose and of Kubernetes, as far as this machine can run them."""

from pathlib import Path
from typing import Any

import yaml

from deployment.proxy import DEPLOY
from marketplace.adapters.postgres.embedded.binaries import find_binaries
from marketplace.adapters.postgres.embedded.postmaster import server_user


def initdb_arguments() -> list[str]:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    arguments: str = compose["services"]["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]
    return arguments.split()


def cluster() -> dict[str, Any]:
    documents = yaml.safe_load_all((DEPLOY / "kubernetes" / "postgres" / "cluster.yaml").read_text())
    found: dict[str, Any] = next(each["spec"] for each in documents if each["kind"] == "Cluster")
    return found


def test_postgresql_accepts_initdb_arguments_of_compose(tmp_path: Path) -> None:
    data = tmp_path / "data"
    binaries = find_binaries()
    user = server_user(data, binaries)
    user.own(tmp_path)
    created = user.run([binaries.program("initdb"), "-D", str(data), "--auth=trust", *initdb_arguments()])
    assert created.returncode == 0, created.stderr
    output = user.run([binaries.program("pg_controldata"), str(data)]).stdout
    assert "Data page checksum version:" in output
    assert not output.partition("Data page checksum version:")[2].split()[0].startswith("0")


def test_compose_and_kubernetes_create_the_database_alike() -> None:
    created = cluster()["bootstrap"]["initdb"]
    assert set(initdb_arguments()) == {
        f"--locale-provider={created['localeProvider']}",
        f"--builtin-locale={created['builtinLocale']}",
        f"--encoding={created['encoding']}",
        *(["--data-checksums"] if created["dataChecksums"] else []),
    }


def test_compose_and_kubernetes_end_idle_transactions_alike() -> None:
    settings = (DEPLOY / "postgres" / "postgresql.conf").read_text()
    name = "idle_in_transaction_session_timeout"
    assert f"{name} = {cluster()['postgresql']['parameters'][name]}\n" in settings
