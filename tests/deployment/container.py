"""Run the image's programs as an engine would: with its user, variables and folders, and nothing else."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import yaml

from databases import of_program
from deployment.image import Built
from deployment.proxy import DEPLOY
from ports import free_port
from postgres.servers import SECRET_KEY

COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SECRETS = "/run/secrets"


def close(root: Path) -> None:
    """Make the file system read-only except for its `tmp` folder."""
    scratch = root / "tmp"
    scratch.mkdir(exist_ok=True)
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            path.chmod(stat.S_IMODE(path.stat().st_mode) & 0o555)
    scratch.chmod(0o1777)


def open_again(root: Path) -> None:
    """Make the folders removable for their owner."""
    for parent, folders, _ in os.walk(root):
        for each in folders:
            if not Path(parent, each).is_symlink():
                Path(parent, each).chmod(0o755)


class Container:
    """Runs commands in the image, with the settings of compose.yaml and its secrets as files."""

    def __init__(self, image: Built, database: str) -> None:
        self.image, self.port = image, free_port()
        self.folder = image.root.parent
        self.log = self.folder / "container.log"
        texts = Path(image.mapped(COMPOSE["x-program"]["environment"]["MARKETPLACE_TEXTS_DIR"]))
        if not texts.exists():  # compose.yaml mounts it
            texts.parent.chmod(0o755)
            shutil.copytree(DEPLOY / "texts", texts)
            texts.parent.chmod(0o555)
        secrets = self.folder / "secrets"
        subprocess.run([DEPLOY / "new-secrets", secrets], check=True, capture_output=True)
        secrets.chmod(0o755)
        (secrets / "database_url").write_text(database)
        (secrets / "program_database_url").write_text(of_program(database))
        (secrets / "secret_key").write_text(SECRET_KEY)
        # the container connects to no other machine
        own = {"HOST": "127.0.0.1", "PORT": self.port, "METRICS_HOST": "127.0.0.1", "METRICS_PORT": free_port()}
        own["PUBLIC_URL"] = f"http://127.0.0.1:{self.port}"
        settings = COMPOSE["x-program"]["environment"] | {f"MARKETPLACE_{name}": value for name, value in own.items()}
        # the database of the tests has no certificate
        settings["PGSSLMODE"] = "disable"
        self.variables = image.environment() | self._mapped(settings)
        migration = COMPOSE["services"]["migrate"]["environment"].items() - COMPOSE["x-program"]["environment"].items()
        self.for_migration = self._mapped(dict(migration))

    def _mapped(self, settings: dict[str, object]) -> dict[str, str]:
        return {name: self._command_origin(str(value)) for name, value in settings.items()}

    def _command_origin(self, value: str) -> str:
        return value.replace(SECRETS, str(self.folder / "secrets")) if SECRETS in value else self.image.mapped(value)

    @property
    def _as_its_user(self) -> list[str]:
        if os.getuid() != 0:
            return []
        user, group = self.image.user.split(":")
        return ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", "--no-new-privs", "--"]

    async def start(self, words: Sequence[str], **other: str) -> asyncio.subprocess.Process:
        """Start a process, which leads a process group."""
        with self.log.open("a") as log:
            return await asyncio.create_subprocess_exec(
                *self._as_its_user,
                *words,
                cwd=self.image.at("."),
                env=self.variables | other,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def ends_with(self, words: Sequence[str], **other: str) -> int:
        """Run a command and return its exit code."""
        process = await self.start(words, **other)
        try:
            return await asyncio.wait_for(process.wait(), 180)
        finally:
            end(process)

    def command(self, service: str) -> list[str]:
        """Return the command of a service of compose.yaml."""
        return [*self.image.stage.words("ENTRYPOINT"), *COMPOSE["services"][service]["command"]]

    @asynccontextmanager
    async def running(
        self, words: Sequence[str], health: Sequence[str], **other: str
    ) -> AsyncIterator[asyncio.subprocess.Process]:
        """Run a program and wait for its health check. Raises `AssertionError` with the log when it fails."""
        process = await self.start(words, **other)
        try:
            for _ in range(60):
                if await self.ends_with(health, **other) == 0:
                    break
                assert process.returncode is None, self.log.read_text()
                await asyncio.sleep(0.2)
            else:
                raise AssertionError(self.log.read_text())
            yield process
        finally:
            end(process)
            await process.wait()


def end(process: asyncio.subprocess.Process) -> None:
    """Kill the process group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@asynccontextmanager
async def over_tcp(database: str) -> AsyncIterator[str]:
    """Yield the address of a database for another system user: only its owner can use the embedded server's socket."""
    address = urlsplit(database)
    at = parse_qs(address.query)
    if "host" not in at:
        yield database
        return

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hand_on(database, reader, writer)

    async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"postgresql://{address.username}@127.0.0.1:{port}{address.path}"


async def hand_on(database: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Connect to the server of this address, and pass on what either side sends."""
    address = urlsplit(database)
    at = parse_qs(address.query)
    if "host" in at:
        inner = await asyncio.open_unix_connection(Path(at["host"][0], f".s.PGSQL.{at['port'][0]}"))
    else:
        inner = await asyncio.open_connection(address.hostname, address.port)
    await asyncio.gather(_copy(reader, inner[1]), _copy(inner[0], writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while some := await reader.read(65536):
            writer.write(some)
            await writer.drain()
    writer.close()
