"""Runs a program of the demo next to `serve`, as a process that ends with it."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Mapping

import msgspec

LOG = logging.getLogger(__name__)
RESTART_DELAY = 1.0
"""Seconds before a program that ended by itself is started again."""


class Companion:
    """A program of `demo/companion.py`, and a thread that starts it again at the same address when it ends."""

    def __init__(self, name: str, module: str, options: Mapping[str, object], secrets: Mapping[str, str]) -> None:
        self._name = name
        self._module = module
        self._options = dict(options)
        self._environment = os.environ | dict(secrets)
        self._is_ending = threading.Event()
        self._lock = threading.Lock()
        self._supervisor = threading.Thread(target=self._supervise, name=name.replace(" ", "-"), daemon=True)

    def start(self) -> str:
        """Start the process and return its address, or an empty text if it does not start."""
        address = self._spawn()
        if not address:
            self._close()
            self._process.wait()
            return ""
        self._options["port"] = int(address.rpartition(":")[2])
        self._supervisor.start()
        return address

    def end(self) -> None:
        """End the process and wait for it."""
        with self._lock:
            self._is_ending.set()
            self._close()
        self._supervisor.join()

    def _spawn(self) -> str:
        command = [sys.executable, "-m", self._module, msgspec.json.encode(self._options).decode()]
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self._environment
        )
        assert self._process.stdout is not None  # noqa: S101 - for mypy
        return self._process.stdout.readline().decode().strip()

    def _close(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def _supervise(self) -> None:
        while True:
            self._process.wait()
            if self._is_ending.wait(RESTART_DELAY):
                return
            LOG.warning("The %s ended and starts again", self._name)
            with self._lock:
                if self._is_ending.is_set():
                    return
                self._close()
                self._spawn()
