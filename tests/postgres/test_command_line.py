"""The command line, as operators use it."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from marketplace.demo.people import DEMO_ACCOUNTS
from postgres.embedded_programs import query
from postgres.servers import servers
from programs import run_program

pytestmark = [
    pytest.mark.starts_first,
    pytest.mark.flaky(reruns=1),  # starts programs, which a full machine gives no turn
]

SECRET = "hV9-x2LqT7_bQw8ZrYc4Nd1KfMs6Gj3P"


class Shell:
    """Runs `marketplace` over one database."""

    def __init__(self, folder: Path, dsn: str) -> None:
        self._folder = folder
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MARKETPLACE_")}
        self._environment = {
            **inherited,
            "MARKETPLACE_DATABASE_URL": dsn,
            "MARKETPLACE_SECRET_KEY": SECRET,
            "MARKETPLACE_DATA_DIR": str(folder / "data"),
            "MARKETPLACE_DATABASE_WAIT": "0",
        }

    def run(
        self, *words: str, provided: Mapping[str, str] | None = None, typed: str = ""
    ) -> subprocess.CompletedProcess[str]:
        return run_program(words, {**self._environment, **(provided or {})}, cwd=self._folder, typed=typed)


@pytest.fixture
def shell(tmp_path: Path, empty_database: str) -> Shell:
    return Shell(tmp_path, empty_database)


def a_busy_port() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener


def test_help_of_module_lists_every_command() -> None:
    asked = [sys.executable, "-m", "marketplace", "--help"]
    shown = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    for command in (
        "serve",
        "worker",
        "migrate",
        "seed-demo",
        "create-admin",
        "activate",
        "deactivate",
        "shell",
        "check",
        "zones",
        "openapi",
    ):
        assert f"  {command} " in shown


def test_wrong_setting_is_one_sentence_without_traceback(shell: Shell) -> None:
    refused = shell.run("serve", provided={"MARKETPLACE_WORKERS": "many"})
    assert refused.returncode == 1
    assert refused.stderr == ("Error: MARKETPLACE_WORKERS is 'many', but must be a whole number from 1 to 64.\n")


def test_production_does_not_start_with_a_development_secret(shell: Shell) -> None:
    provided = {"MARKETPLACE_ENVIRONMENT": "production", "MARKETPLACE_SECRET_KEY": "change-me" * 5}
    refused = shell.run("serve", provided=provided)
    assert refused.returncode == 1
    assert "MARKETPLACE_SECRET_KEY" in refused.stderr
    assert "change-me" not in refused.stderr


def test_serve_on_busy_port_reports_it(shell: Shell) -> None:
    with a_busy_port() as listener:
        port = str(listener.getsockname()[1])
        refused = shell.run("serve", "--port", port)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Error: MARKETPLACE_PORT is '{port}', but must be a port that is free on ")


def test_unreachable_database_is_reported_plainly(shell: Shell) -> None:
    refused = shell.run("migrate", provided={"MARKETPLACE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"})
    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: Can't reach the database")
    assert "Traceback" not in refused.stderr


def test_database_newer_than_program_is_not_downgraded(shell: Shell, empty_database: str) -> None:
    query(empty_database, "UPDATE alembic_version SET version_num = '9999' RETURNING 1")

    refused = shell.run("migrate", "--revision", "0001")

    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: The database is at 9999, but this program only knows migrations up to ")


def test_administrator_is_created_from_environment_once_without_printing_password(shell: Shell) -> None:
    provided = {
        "MARKETPLACE_ADMIN_EMAIL": "root@example.org",
        "MARKETPLACE_ADMIN_USERNAME": "root",
        "MARKETPLACE_ADMIN_PASSWORD": "a long enough secret",
    }
    created = shell.run("create-admin", provided=provided)
    assert (created.returncode, created.stdout) == (0, "Created the administrator root.\n")
    again = shell.run("create-admin", provided=provided)
    assert (again.returncode, again.stderr) == (1, "Error: An account with this email address already exists.\n")
    assert "a long enough secret" not in created.stdout + created.stderr + again.stdout + again.stderr


@pytest.mark.parametrize(
    ("provided", "typed"),
    [
        ((), "root@example.org\nroot\na long enough secret\na long enough secret\n"),
        (("--email", "root@example.org"), "root\na long enough secret\na long enough secret\n"),
        (("--email", "root@example.org", "--username", "root", "--password", "a long enough secret"), ""),
    ],
)
def test_create_admin_prompts_for_missing_values_and_is_audited(
    shell: Shell, empty_database: str, provided: tuple[str, ...], typed: str
) -> None:
    created = shell.run("create-admin", *provided, typed=typed)

    assert created.returncode == 0, created.stderr
    assert created.stdout.endswith("Created the administrator root.\n")
    assert "a long enough secret" not in created.stdout + created.stderr
    values = "action || ' ' || (v.after->>'is_superuser') || ' ' || v.agent"
    kept = query(empty_database, f"SELECT {values} FROM audit_entries JOIN audit_values v USING (id)")  # noqa: S608 - constants
    assert kept.startswith("registered true marketplace create-admin, by ")


@pytest.mark.parametrize(
    ("provided", "named"),
    [
        ((), "MARKETPLACE_ADMIN_EMAIL"),
        (("--email", "root@example.org"), "MARKETPLACE_ADMIN_USERNAME"),
        (("--email", "root@example.org", "--username", "root"), "MARKETPLACE_ADMIN_PASSWORD"),
    ],
)
def test_unattended_create_admin_names_missing_variable(shell: Shell, provided: tuple[str, ...], named: str) -> None:
    refused = shell.run("create-admin", *provided)

    assert refused.returncode == 1
    assert f"can't be prompted for. Set {named} or use --" in refused.stderr


def test_secrets_are_read_from_files(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("a long enough secret\n")
    (tmp_path / "key").write_text(f"{SECRET}\n")
    provided = {"MARKETPLACE_ADMIN_EMAIL": "root@example.org", "MARKETPLACE_ADMIN_USERNAME": "root"}
    files = {"MARKETPLACE_ADMIN_PASSWORD_FILE": str(tmp_path / "password")}
    files |= {"MARKETPLACE_SECRET_KEY": "", "MARKETPLACE_SECRET_KEY_FILE": str(tmp_path / "key")}
    created = shell.run("create-admin", provided=provided | files)
    assert (created.returncode, created.stdout) == (0, "Created the administrator root.\n")

    missing = {"MARKETPLACE_ADMIN_PASSWORD_FILE": str(tmp_path / "nothing")}
    refused = shell.run("create-admin", provided=provided | missing)
    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: MARKETPLACE_ADMIN_PASSWORD_FILE is '")


def test_every_bad_field_of_administrator_is_reported(shell: Shell) -> None:
    refused = shell.run("create-admin", "--email", "root", "--username", "?", "--password", "12345678")
    assert refused.returncode == 1
    for field in ("email: ", "username: ", "password: "):
        assert f"{field}" in refused.stderr


def test_account_can_be_deactivated_and_activated_unless_it_is_last_superuser(shell: Shell) -> None:
    shell.run("create-admin", "--email", "r@example.org", "--username", "root", "--password", "a long enough secret")
    refused = shell.run("deactivate", "r@example.org")
    assert (refused.returncode, refused.stderr) == (1, "Error: This is the last active superuser.\n")
    shell.run("create-admin", "--email", "a@example.org", "--username", "ann", "--password", "a long enough secret")
    assert shell.run("deactivate", "A@example.org").stdout == "ann is now inactive.\n"
    assert shell.run("activate", "a@example.org").stdout == "ann is now active.\n"
    unknown = shell.run("deactivate", "nobody@example.org")
    assert (unknown.returncode, unknown.stderr) == (
        1,
        "Error: No account has the email address nobody@example.org.\n",
    )


async def test_demo_is_seeded_once_and_only_a_server_with_demo_data_lists_its_working_accounts(
    shell: Shell, empty_database: str, tmp_path: Path
) -> None:
    created = shell.run("seed-demo")
    assert created.returncode == 0, created.stderr
    assert "Created 59 accounts, 80 sessions" in created.stdout
    assert all(f"{account.email} " in created.stdout for account in DEMO_ACCOUNTS)
    assert shell.run("seed-demo").stdout.startswith("The demo data is already there.")
    # its prices in euros are none in yen
    with a_busy_port() as listener:
        free = {"MARKETPLACE_PORT": str(listener.getsockname()[1]), "MARKETPLACE_CURRENCY": "JPY"}
    for command in ("serve", "worker"):
        refused = shell.run(command, provided=free)
        assert (refused.returncode, "MARKETPLACE_CURRENCY is 'JPY'" in refused.stderr) == (1, True)
    async with servers(1, empty_database, tmp_path, demo="on") as (server,):
        (received, *_) = accounts = (await server.client.get("/api/marketplace/")).json()["demo_accounts"]
        credentials = {"email": received["email"], "password": received["password"]}
        assert len(accounts) >= 2
        assert (await server.client.post("/api/auth/login/", json=credentials)).status_code == 200
    async with servers(1, empty_database, tmp_path) as (server,):
        assert (await server.client.get("/api/marketplace/")).json()["demo_accounts"] == []


def test_demo_is_refused_on_a_database_with_real_accounts(shell: Shell) -> None:
    shell.run("create-admin", "--email", "a@example.org", "--username", "ann", "--password", "a long enough secret")
    refused = shell.run("seed-demo")
    assert refused.returncode == 1
    assert "This database has accounts that aren't demo accounts" in refused.stderr


def test_check_passes_when_healthy_and_otherwise_explains_what_to_do(shell: Shell) -> None:
    with a_busy_port() as listener:
        port = str(listener.getsockname()[1])
        missing = {"MARKETPLACE_PORT": port, "MARKETPLACE_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
        bad = shell.run("check", provided=missing)
        example = {"PROVIDERS": "example", "EXAMPLE_ISSUER": "http://127.0.0.1:1", "EXAMPLE_CLIENT_ID": "us"}
        settings = {f"MARKETPLACE_OIDC_{name}": value for name, value in example.items()}
        settings |= {"MARKETPLACE_FRONTEND_DIR": "nowhere", "MARKETPLACE_PORT": port}
        well = shell.run("check", provided=settings)
    assert bad.returncode == 1
    assert "NO  database: " in bad.stdout
    assert "NO  port: " in bad.stdout
    for line in (
        "ok  Python: ",
        " time zones: tzdata ",
        "ok  database: PostgreSQL ",
        "ok  extensions: available",
        "ok  migrations: at ",
        "ok  zones of PostgreSQL: ",
        "ok  payments: not taken: ",
    ):
        assert line in well.stdout
    assert re.search(r"NO  front end: /.+/nowhere is not built\n    Run `make install`, or set ", well.stdout)
    assert f"ok  public address: http://localhost:{port}\n" in well.stdout
    back = f"http://localhost:{port}/api/auth/oidc/example/callback/"
    assert f"!!  sign in with example: doesn't answer as an issuer does; sends people back to {back}\n" in well.stdout


def test_a_migration_goes_down_and_up_again(shell: Shell) -> None:
    assert shell.run("migrate", "--revision", "base").stdout == "The database is at base.\n"
    assert "none applied yet" in shell.run("check").stdout
    assert shell.run("migrate").stdout == "The database is at head.\n"


@pytest.mark.parametrize(
    ("provided", "named"),
    [
        (
            {"MARKETPLACE_ENVIRONMENT": "production", "MARKETPLACE_PUBLIC_URL": "https://sessions.example.org"},
            "MARKETPLACE_ENVIRONMENT is 'production'",
        ),
        ({"MARKETPLACE_STORAGE": "memory"}, "MARKETPLACE_STORAGE is 'memory'"),
    ],
)
def test_demo_data_is_for_a_development_database(shell: Shell, provided: dict[str, str], named: str) -> None:
    refused = shell.run("seed-demo", provided=provided)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Error: {named}, but must be ")


def test_shell_has_services_and_top_level_await_and_its_actions_are_audited(shell: Shell, empty_database: str) -> None:
    for name in ("root", "ann"):
        provided = ("--email", f"{name}@example.org", "--username", name, "--password", "a long enough secret")
        assert shell.run("create-admin", *provided).returncode == 0
    lines = [
        'ann = await storage.users.find_by_email("ann@example.org")',
        'done = await user_admin.deactivate(await acting_as("root@example.org"), ann.id, "Asked for.")',
        'print("active:", done.user.is_active)',
        'await acting_as("nobody@example.org")',
        'print("still here")',
    ]

    left = shell.run("shell", typed="\n".join(lines))

    assert left.returncode == 0, left.stderr
    assert "The sessions marketplace. Available: " in left.stderr
    assert " acting_as, " in left.stderr
    assert "active: False" in left.stdout
    assert "NotFound" in left.stderr
    assert "still here" in left.stdout
    kept = query(
        empty_database,
        "SELECT v.reason || ' ' || v.agent FROM audit_entries JOIN audit_values v USING (id)"
        " WHERE action = 'deactivated'",
    )
    assert kept.startswith("Asked for. marketplace shell, by ")


def test_shell_closes_its_resources_on_exit(shell: Shell) -> None:
    asks_when_all_is_over = """
import asyncio, atexit
async def ask():
    try:
        await storage.users.has_any()
    except Exception as error:
        print("afterwards:", type(error).__name__)
print("meanwhile:", await storage.users.has_any())
_ = atexit.register(lambda: asyncio.run(ask()))
"""

    left = shell.run("shell", "--code", asks_when_all_is_over)

    assert left.returncode == 0, left.stderr
    assert left.stdout == "meanwhile: False\nafterwards: Busy\n"


def test_failing_shell_code_exits_with_error(shell: Shell) -> None:
    failed = shell.run("shell", "--code", "await storage.users.get(None)")

    assert failed.returncode == 1
    assert "NotFound" in failed.stdout + failed.stderr


async def test_server_without_web_application_says_so_in_its_log(tmp_path: Path) -> None:
    async with servers(1, "", tmp_path, storage="memory", log_format="json", frontend_dir=tmp_path / "none") as (
        server,
    ):
        (warning,) = [line for line in map(json.loads, server.log.read_text().splitlines()) if "none" in line["event"]]

    assert warning["level"] == "warning"
    assert warning["event"].startswith(f"No web application in {tmp_path / 'none'}, so only the API is served.")


async def test_workers_get_secrets_read_from_files(empty_database: str, tmp_path: Path) -> None:
    (tmp_path / "url").write_text(empty_database)
    async with servers(1, "", tmp_path, database_url_file=tmp_path / "url", workers=2) as (server,):
        assert (await server.client.get("/health/ready")).status_code == 200
