"""A PostgreSQL of a test, which can be killed, frozen and lost."""

import os
import signal
from contextlib import ExitStack, suppress
from pathlib import Path

from marketplace.adapters.postgres.embedded.postmaster import find_postmaster
from marketplace.adapters.postgres.embedded.server import embedded_postgres


class Postgres:
    """An embedded server over a folder of the test."""

    def __init__(self, data: Path, stack: ExitStack) -> None:
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
