"""A PostgreSQL of a test, which can be killed, frozen and lost."""

import os
import signal
import subprocess
from contextlib import ExitStack, suppress
from pathlib import Path

from databases import migrate_now
from marketplace.adapters.postgres.embedded.postmaster import find_postmaster
from marketplace.adapters.postgres.embedded.server import embedded_postgres


def make_migrated(folder: Path) -> None:
    """Make the data folder of a migrated server, which has ended: a copy takes no migrations."""
    with embedded_postgres(folder) as dsn:
        migrate_now(dsn)


class Postgres:
    """An embedded server over a folder of the test, a copy of the `migrated` one if it is given."""

    def __init__(self, data: Path, stack: ExitStack, migrated: Path | None = None) -> None:
        if migrated is not None:
            # with its owner, who is not root
            subprocess.run(["cp", "--archive", str(migrated), str(data)], check=True)
        self._data = data
        self._stack = stack
        self.dsn = self.start()

    def start(self) -> str:
        return self._stack.enter_context(embedded_postgres(self._data))

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        server = find_postmaster(self._data)
        assert server is not None
        os.kill(server.pid, number)

    def is_away(self) -> bool:
        return find_postmaster(self._data) is None

    def freeze(self) -> None:
        """Stop all of its processes where they are, as a machine does that hangs."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal_all(signal.SIGCONT)

    def lose(self) -> None:
        """End all of its processes at once, as a machine does that loses its power."""
        self.freeze()
        self._signal_all(signal.SIGKILL)

    def _signal_all(self, number: signal.Signals) -> None:
        server = find_postmaster(self._data)
        assert server is not None
        children = [each.read_text() for each in Path(f"/proc/{server.pid}/task").glob("*/children")]
        for pid in [server.pid, *map(int, " ".join(children).split())]:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
