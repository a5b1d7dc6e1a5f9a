"""A child process that is started again when it exits."""

import errno
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Protocol

LOG = logging.getLogger(__name__)

MIN_RESTART_DELAY, MAX_RESTART_DELAY = 0.5, 30.0
"""Bounds in seconds of the exponential backoff, which starts over once a process ran for longer than the maximum."""


class Child(Protocol):
    """A running process."""

    def wait(self) -> int:
        """Wait for its exit. Return the status, or the negative number of the signal that ended it."""
        ...

    def end(self) -> None:
        """Ask it to exit, and release what is kept for it. May be called again, and after its exit."""
        ...


class SupervisedProcess:
    """A child process and a thread that starts it again. `_lock` keeps `end` and a restart from running at one time."""

    def __init__(self, name: str, spawn: Callable[[], Child]) -> None:
        self._name = name
        self._spawn = spawn
        self._is_ending = threading.Event()
        self._lock = threading.Lock()
        self._supervisor = threading.Thread(target=self._supervise, name=name, daemon=True)

    def start(self, child: Child | None = None) -> None:
        """Start the process, or take the one that was started. Raises `OSError` if it cannot be created."""
        self._child = child or self._spawn()
        self._supervisor.start()

    def end(self) -> None:
        """Stop the process and wait for it to exit."""
        with self._lock:
            self._is_ending.set()
            self._child.end()
        self._supervisor.join()

    def _supervise(self) -> None:
        delay = MIN_RESTART_DELAY
        while True:
            started = time.monotonic()
            status = self._child.wait()
            if self._is_ending.is_set():
                return
            if time.monotonic() - started > MAX_RESTART_DELAY:
                delay = MIN_RESTART_DELAY
            LOG.warning("The process for %s ended (%s) and restarts in %g s", self._name, exit_reason(status), delay)
            self._is_ending.wait(delay)
            delay = min(2 * delay, MAX_RESTART_DELAY)
            with self._lock:
                if self._is_ending.is_set():
                    return
                self._child.end()
                self._child = self._spawn()


def exit_reason(status: int) -> str:
    """Describe an exit status: signal name, "address in use", or the number."""
    if status < 0:
        return signal.Signals(-status).name
    return os.strerror(status) if status == errno.EADDRINUSE else f"status {status}"
