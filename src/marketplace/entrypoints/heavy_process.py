"""Starts the process for heavy work next to the workers of `serve`, and again when it ends."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import uvloop

from marketplace.entrypoints.parent import watch_parent
from marketplace.http.heavy_process import HEAVY_SOCKET, answer_connection
from marketplace.settings import PREFIX, Settings
from marketplace.telemetry.logs import configure_logs
from marketplace.telemetry.supervised_process import SupervisedProcess

NAME = "heavy work"
"""Of the process, for `ps`: Linux keeps 15 characters."""
NICENESS = 10
"""Counts where the program has a cgroup; elsewhere Linux shares cores among sessions (sched(7), autogroup)."""
OWN_SETTINGS = {
    "WORKER_INSIDE": "off",
    "KEEP_ANSWERS": "off",
    "LIVE_STREAMS": "0",
    "POOL_MIN_SIZE": "0",
    # a worker has replaced the address of the proxy by that of the client
    "TRUSTED_PROXIES": "",
}


@contextmanager
def heavy_process(settings: Settings, folder: Path) -> Iterator[None]:
    """Run the process during the block. Nothing is started for memory storage, which processes do not share."""
    if settings.storage == "memory":
        yield
        return
    os.environ[HEAVY_SOCKET] = str(folder / "heavy")
    process = SupervisedProcess(NAME, lambda: _Process(settings, folder / "heavy"))
    process.start()
    try:
        yield
    finally:
        process.end()
        del os.environ[HEAVY_SOCKET]


class _Process:
    """The process, forked as workers are: it shares the memory of what was imported."""

    def __init__(self, settings: Settings, path: Path) -> None:
        self._process = multiprocessing.get_context("fork").Process(target=run, args=(settings, path))
        self._process.start()

    def wait(self) -> int:
        self._process.join()
        return self._process.exitcode or 0

    def end(self) -> None:
        self._process.terminate()


def run(settings: Settings, path: Path) -> None:
    """Answer what workers hand on, until SIGTERM or the end of the parent."""
    os.setsid()
    os.nice(NICENESS)
    with suppress(OSError):
        Path("/proc/self/comm").write_text(NAME, encoding="utf-8")
    os.environ.update({f"{PREFIX}{name}": value for name, value in OWN_SETTINGS.items()})
    configure_logs(settings)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    watch_parent(settings.shutdown_timeout.total_seconds())
    path.unlink(missing_ok=True)
    uvloop.run(_serve(path))


async def _serve(path: Path) -> None:
    application = _Application()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_connection(await application.loaded(), reader, writer)

    server = await asyncio.start_unix_server(answer, path)

    def end() -> None:
        server.close()
        application.end()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end)
    await application.live()


class _Application:
    """The application, loaded with the first request: most programs never need it."""

    def __init__(self) -> None:
        self._is_wanted = asyncio.Event()
        self._is_over = asyncio.Event()
        self._app: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def live(self) -> None:
        """Start the application once it is wanted, and shut it down after `end`; anyio wants both in one task."""
        await self._is_wanted.wait()
        if self._is_over.is_set():
            return
        # Imported here: it imports the program.
        from marketplace.entrypoints.asgi import app  # noqa: PLC0415

        os.environ.pop(HEAVY_SOCKET, None)
        loaded: Any = app()
        async with loaded.lifespan():
            self._app.set_result(loaded)
            await self._is_over.wait()

    async def loaded(self) -> Any:
        self._is_wanted.set()
        return await asyncio.shield(self._app)

    def end(self) -> None:
        self._is_over.set()
        self._is_wanted.set()
