"""The API against its own document: every check of schemathesis, over HTTP, on a seeded database."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import httpx

from marketplace.demo.people import CREATOR_EMAIL, DEMO_PASSWORD, LEARNER_EMAIL
from marketplace.http.openapi import document
from marketplace.settings import Settings
from postgres.servers import run_command, servers

TESTS = Path(__file__).parents[1]
EXAMPLES = "15"


async def test_the_api_keeps_every_promise_of_its_document(empty_database: str, tmp_path: Path) -> None:
    operations = sum(len(methods) for methods in document(Settings().categories)["paths"].values())
    await run_command(empty_database, "seed-demo")
    async with servers(1, empty_database, tmp_path) as (server,):
        checked = await asyncio.to_thread(_check, f"http://127.0.0.1:{server.port}", tmp_path)
        failures = server.failures()
    assert checked.returncode == 0, checked.stdout[-6000:] + checked.stderr[-2000:]
    assert f"Tested: {operations}" in checked.stdout
    assert failures == []


def _check(server: str, folder: Path) -> subprocess.CompletedProcess[str]:
    credentials = {"email": CREATOR_EMAIL, "password": DEMO_PASSWORD}
    login = httpx.post(f"{server}/api/auth/login/", json=credentials).raise_for_status().json()
    sessions = httpx.get(f"{server}/api/sessions/", params={"limit": 100}).raise_for_status().json()
    others = [session for session in sessions if session["creator"] != login["user"]["id"]]
    words = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{server}/api/schema/openapi.json"),
        *("--checks", "all", "--max-examples", EXAMPLES, "--seed", "1"),
        # it leaves out Authorization, which the option below adds again; ignored_auth checks the same in its own way
        *("--exclude-checks", "missing_required_header"),
        *("--header", f"Authorization: Bearer {login['access']}"),
        *("--suppress-health-check", "all"),
    ]
    environment = {
        **os.environ,
        "PYTHONPATH": str(TESTS),
        "SCHEMATHESIS_HOOKS": "schemathesis_hooks",
        "SCHEMATHESIS_EMAIL": LEARNER_EMAIL,
        "SCHEMATHESIS_PASSWORD": DEMO_PASSWORD,
        "SCHEMATHESIS_SESSION": str(others[0]["id"]),
    }
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=600)
