"""The commands of the README and of the page on API keys print what they show."""

import re
import subprocess
from pathlib import Path

import pytest

from ports import free_port
from postgres.servers import Server

pytestmark = pytest.mark.flaky(reruns=1)  # starts programs, which a full machine gives no turn

ROOT = Path(__file__).parents[2]
README, API_KEYS = ROOT / "README.md", ROOT / "docs" / "api-keys.md"


def commands(page: Path, heading: str) -> str:
    """The shell lines under a heading."""
    found = re.search(rf"^## {heading}$.*?^```sh$(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


async def walked(script: str, database: str, tmp_path: Path) -> str:
    """Run the commands on a new server, and return what they print."""
    server = Server(database, tmp_path / "server.log", free_port())
    try:
        await server.starts()
        script = script.replace("http://localhost:8000", f"http://127.0.0.1:{server.port}")
        done = subprocess.run(  # noqa: ASYNC221 - nothing else runs meanwhile
            ["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, check=False, timeout=180
        )
    finally:
        await server.end()
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_key_of_the_page_on_api_keys_reads_and_is_refused_as_printed(database: str, tmp_path: Path) -> None:
    printed = (await walked(commands(API_KEYS, "By curl"), database, tmp_path)).split("\n")

    assert '"username":"mary"' in printed[0]
    assert printed[0].endswith("[]missing_scope")
    assert printed[1] == "not_signed_in"


async def test_the_curl_journey_works_as_printed(database: str, tmp_path: Path) -> None:
    printed = await walked(commands(README, "A seat, by curl"), database, tmp_path)
    for expected in (
        '"username":"grace"',
        '"username":"alan"',
        '"title":"Compilers by hand"',
        '"amount":"99.98"',
        '"email":"alan@example.org"',
        '"status":"cancelled"',
    ):
        assert expected in printed, expected
