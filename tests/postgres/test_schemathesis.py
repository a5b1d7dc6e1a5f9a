"""The API against its own document: every check of schemathesis, over HTTP, on a seeded database."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from marketplace.demo.people import CREATOR_EMAIL, DEMO_PASSWORD, LEARNER_EMAIL

TESTS = Path(__file__).parents[1]
EXAMPLES = "15"


def a_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path, empty_database: str) -> Iterator[str]:
    port = a_free_port()
    environment = {
        **os.environ,
        "MARKETPLACE_DATABASE_URL": empty_database,
        "MARKETPLACE_DATA_DIR": str(tmp_path / "data"),
    }
    words = [sys.executable, "-m", "marketplace", "serve", "--demo", "--port", str(port)]
    with subprocess.Popen(words, env=environment, start_new_session=True) as process:
        try:
            yield _once_ready(f"http://127.0.0.1:{port}", process)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _once_ready(url: str, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{url}/health/ready").raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return url
    raise AssertionError("the server did not become ready")


def test_the_api_keeps_every_promise_of_its_document(server: str, tmp_path: Path) -> None:
    credentials = {"email": CREATOR_EMAIL, "password": DEMO_PASSWORD}
    login = httpx.post(f"{server}/api/auth/login/", json=credentials).raise_for_status().json()
    sessions = httpx.get(f"{server}/api/sessions/", params={"limit": 100}).raise_for_status().json()
    others = [session for session in sessions if session["creator"] != login["user"]["id"]]
    words = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{server}/api/schema/openapi.json"),
        *("--checks", "all", "--max-examples", EXAMPLES, "--seed", "1"),
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
    checked = subprocess.run(
        words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert checked.returncode == 0, checked.stdout[-6000:] + checked.stderr[-2000:]
    assert "Tested: 25" in checked.stdout
