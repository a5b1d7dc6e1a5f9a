"""Clients generated from the served OpenAPI document walk the whole journey against the real program."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from postgres.servers import Server, servers

JOURNEYS = Path(__file__).parent / "client_journeys"
FRONTEND = Path(__file__).parents[2] / "frontend"
PROGRAMS = Path(sys.executable).parent
GO = Path(__file__).parents[2] / ".clients" / "bin"
"""Go and the generator with its Java, which `make test-long-clients` installs."""
TYPESCRIPT = {
    "compilerOptions": {
        "target": "ES2022",
        "module": "nodenext",
        "strict": True,
        "exactOptionalPropertyTypes": False,
        "skipLibCheck": True,
        "types": ["node"],
    },
    "files": ["journey.ts"],
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    async with servers(1, database, tmp_path_factory.mktemp("server")) as (started,):
        yield started
        assert started.failures() == []


@pytest_asyncio.fixture(loop_scope="module")
async def folder(server: Server, tmp_path: Path) -> Path:
    """Return a folder with the journeys and the document that the server serves."""
    shutil.copytree(JOURNEYS, tmp_path, dirs_exist_ok=True)
    served = await server.client.get("/api/schema/openapi.json")
    (tmp_path / "openapi.json").write_bytes(served.content)
    return tmp_path


async def run(folder: Path, *words: object, **variables: str) -> str:
    """Run a program in a folder, which must succeed, and return its output."""
    path = os.pathsep.join([str(PROGRAMS), os.environ["PATH"]])
    process = await asyncio.create_subprocess_exec(
        *map(str, words),
        cwd=folder,
        env={**os.environ, "PATH": path, **variables},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()[-4000:]
    return output.decode()


async def test_generated_python_client_walks_the_whole_journey(server: Server, folder: Path) -> None:
    (folder / "config.yaml").write_text("post_hooks: []\n")
    words = ("generate", "--path", "openapi.json", "--meta", "none", "--output-path", "marketplace_client")

    # a warning names an operation or a schema that it left out
    await run(folder, "openapi-python-client", *words, "--config", "config.yaml", "--fail-on-warning")
    output = await run(folder, sys.executable, "journey.py", f"http://127.0.0.1:{server.port}")

    assert output.endswith("journey done\n")


async def test_generated_typescript_client_walks_the_whole_journey(server: Server, folder: Path) -> None:
    programs = FRONTEND / "node_modules" / ".bin"
    (folder / "node_modules").symlink_to(FRONTEND / "node_modules")
    (folder / "package.json").write_text(json.dumps({"type": "module"}))
    (folder / "tsconfig.json").write_text(json.dumps(TYPESCRIPT))

    await run(folder, programs / "openapi-typescript", "openapi.json", "--output", "schema.d.ts")
    await run(folder, programs / "tsc")
    output = await run(folder, "node", "journey.js", f"http://127.0.0.1:{server.port}")

    assert output.endswith("journey done\n")


@pytest.mark.long
async def test_generated_go_client_walks_the_whole_journey(server: Server, folder: Path) -> None:
    # constants of all enums share a package, so each gets the name of its enum
    options = "packageName=marketplace,enumClassPrefix=true"
    words = ("-i", "openapi.json", "-o", "client", "--git-user-id", "example", "--git-repo-id", "marketplace")
    (folder / "client" / "journey").mkdir(parents=True)
    (folder / "journey.go").rename(folder / "client" / "journey" / "main.go")

    await run(folder, GO / "openapi-generator-cli", "generate", "-g", "go", "--additional-properties", options, *words)
    # the client needs nothing but the standard library
    offline = {"GOPROXY": "off", "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local"}
    program = folder / "client"
    output = await run(program, GO / "go", "run", "./journey", f"http://127.0.0.1:{server.port}", **offline)

    assert output.endswith("journey done\n")
