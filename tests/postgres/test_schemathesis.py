"""The API against its OpenAPI document: every check of schemathesis, over HTTP, on a seeded database."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from example_search import IS_LONG, TIMES
from marketplace.demo.people import CREATOR_EMAIL, DEMO_PASSWORD, LEARNER_EMAIL
from marketplace.http.openapi.document import document
from marketplace.settings import Settings
from postgres.servers import run_command, servers

pytestmark = pytest.mark.starts_first

TESTS = Path(__file__).parents[1]
EXAMPLES = "100" if IS_LONG else "4"
EXCLUDED = (
    # it ends when its client leaves, and schemathesis reads whole responses
    "watch_seats",
    # only an authenticator makes valid requests of these
    "log_in_with_passkey",
    "reauthenticate_with_passkey",
    "add_passkey",
    "confirm_second_factor",
)
ANONYMOUS = ("--checks", "missing_required_header", "--phases", "coverage")
"""The check that omits Authorization, which the option of the other run would add again; it judges this phase only.

`make test-long` runs it. The permission matrix of `tests/http` asks every route without a token each time.
"""


async def test_api_conforms_to_its_openapi_document(empty_database: str, tmp_path: Path) -> None:
    operations = sum(len(methods) for methods in document(Settings().categories)["paths"].values()) - len(EXCLUDED)
    await run_command(empty_database, "seed-demo")
    async with servers(1, empty_database, tmp_path) as (server,):
        address = f"http://127.0.0.1:{server.port}"
        signed_in = await asyncio.to_thread(_check, address, tmp_path, _as_creator(address))
        anonymous = [await asyncio.to_thread(_check, address, tmp_path, ANONYMOUS)] if IS_LONG else []
        failures = server.failures()
    for checked in (signed_in, *anonymous):
        assert checked.returncode == 0, checked.stdout[-60000:] + checked.stderr[-2000:]
    assert f"Tested: {operations}" in signed_in.stdout
    assert failures == []


def _as_creator(server: str) -> list[str]:
    """Return the options of all other checks, signed in."""
    return [
        *("--checks", "all", "--exclude-checks", "missing_required_header"),
        *("--header", f"Authorization: Bearer {_login(server)['access']}"),
    ]


def _login(server: str) -> Any:
    credentials = {"email": CREATOR_EMAIL, "password": DEMO_PASSWORD}
    return httpx.post(f"{server}/api/auth/login/", json=credentials).raise_for_status().json()


def _check(server: str, folder: Path, options: Sequence[str]) -> subprocess.CompletedProcess[str]:
    creator = _login(server)["user"]["id"]
    sessions = httpx.get(f"{server}/api/sessions/", params={"limit": 100}).raise_for_status().json()
    others = [session for session in sessions if session["creator"] != creator and session["is_open"]]
    words = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{server}/api/schema/openapi.json"),
        *("--max-examples", EXAMPLES, *([] if IS_LONG else ["--seed", "1"]), "--suppress-health-check", "all"),
        *(word for operation in EXCLUDED for word in ("--exclude-operation-id", operation)),
        *options,
    ]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent / "src")]),
        "SCHEMATHESIS_HOOKS": "schemathesis_hooks",
        "SCHEMATHESIS_EMAIL": LEARNER_EMAIL,
        "SCHEMATHESIS_PASSWORD": DEMO_PASSWORD,
        "SCHEMATHESIS_SESSION": str(others[0]["id"]),
    }
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=600 * TIMES
    )
