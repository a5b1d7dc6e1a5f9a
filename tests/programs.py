"""The program as processes. They are forked from one that has imported it: imports take two seconds of every start."""

import atexit
import io
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

STARTER = multiprocessing.get_context("forkserver")
STARTER.set_forkserver_preload(
    # Litestar imports its plugin when it builds an application, if pydantic is installed, as it is for the tests only
    [
        "marketplace.entrypoints.cli",
        "marketplace.entrypoints.asgi",
        "marketplace.adapters.postgres.schema.metadata",
        "marketplace.adapters.postgres.schema.migrate",
        "litestar.plugins.pydantic",
        "markdown_it",
        "frozen_imports",
    ]
)
Folder = str | os.PathLike[str]


class Program:
    """A `marketplace` command that runs in a session of its own. It has the methods of `subprocess.Popen`.

    Its output is appended to `log`, unless `streams` names files for its input, output and errors.
    """

    def __init__(
        self,
        words: Sequence[str],
        env: Mapping[str, str],
        log: Folder = os.devnull,
        *,
        streams: Sequence[Folder] = (),
        cwd: Folder = ".",
    ) -> None:
        opened = [str(each) for each in streams or (os.devnull, log, log)]
        self._process = STARTER.Process(target=_run, args=([*words], {**env}, opened, str(Path(cwd).resolve())))
        self._process.start()
        assert self._process.pid
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def kill_group(self) -> None:
        """Kill the program and the processes that it started, and wait for its end."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.kill()  # it may not lead a session yet
        self.wait()


def run_program(
    words: Sequence[str], env: Mapping[str, str], *, cwd: Folder = ".", typed: str = "", timeout: float = 180
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end. Raises `subprocess.TimeoutExpired` and kills it when it takes longer."""
    with tempfile.TemporaryDirectory(prefix="program-") as folder:
        streams = (Path(folder, "in"), Path(folder, "out"), Path(folder, "err"))
        streams[0].write_text(typed)
        program = Program(words, env, streams=streams, cwd=cwd)
        try:
            code = program.wait(timeout)
        finally:
            program.kill_group()
        return subprocess.CompletedProcess([*words], code, streams[1].read_text(), streams[2].read_text())


def _run(words: list[str], env: dict[str, str], streams: list[str], cwd: str) -> None:
    """Become the command: its session, folder, variables, streams and signals, then its code."""
    os.setsid()
    # a run in the background of a shell ignores SIGINT, and so would every program that it starts
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # granian forks its workers, which have then imported the code too, as it does where a program is started by a shell
    multiprocessing.set_start_method("fork", force=True)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    for number, (path, flags) in enumerate(zip(streams, (os.O_RDONLY, _APPEND, _APPEND), strict=True)):
        opened = os.open(path, flags, 0o644)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout = io.TextIOWrapper(open(1, "wb", closefd=False), write_through=False)  # noqa: SIM115
    sys.stderr = io.TextIOWrapper(open(2, "wb", closefd=False), line_buffering=True)  # noqa: SIM115
    sys.argv = ["marketplace", *words]
    from marketplace.entrypoints.cli import main  # noqa: PLC0415 - imported before the fork

    try:
        main(prog_name="marketplace")
    finally:
        atexit._run_exitfuncs()  # noqa: SLF001 - multiprocessing leaves them out


_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND
