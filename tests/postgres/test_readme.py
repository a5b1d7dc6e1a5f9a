"""The commands of the README print what it shows."""

import re
import subprocess
from pathlib import Path

import pytest

from ports import free_port
from postgres.servers import Server

pytestmark = pytest.mark.flaky(reruns=1)  # starts programs, which a full machine gives no turn

README = Path(__file__).parents[2] / "README.md"


def the_journey() -> str:
    """The shell lines under "A seat, by curl"."""
    found = re.search(r"^## A seat, by curl$.*?^```sh$(.*?)^```$", README.read_text(), re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


async def test_the_curl_journey_works_as_printed(database: str, tmp_path: Path) -> None:
    server = Server(database, tmp_path / "server.log", free_port())
    try:
        await server.starts()
        script = the_journey().replace("http://localhost:8000", f"http://127.0.0.1:{server.port}")
        walked = subprocess.run(  # noqa: ASYNC221 - nothing else runs meanwhile
            ["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, check=False, timeout=180
        )
    finally:
        await server.end()
    assert walked.returncode == 0, walked.stderr
    for expected in (
        '"username":"grace"',
        '"username":"alan"',
        '"title":"Compilers by hand"',
        '"amount":"99.98"',
        '"email":"alan@example.org"',
        '"status":"cancelled"',
    ):
        assert expected in walked.stdout, expected
