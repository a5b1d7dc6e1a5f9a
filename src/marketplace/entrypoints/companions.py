"""Runs a program of the demo next to `serve`, as a process that ends with it."""

import os
import subprocess
import sys
from collections.abc import Mapping

import msgspec

from marketplace.telemetry.supervised_process import SupervisedProcess


class Companion:
    """A program of `demo/companion.py`, which is started again at the same address when it ends."""

    def __init__(self, name: str, module: str, options: Mapping[str, object], secrets: Mapping[str, str]) -> None:
        self._module = module
        self._options = dict(options)
        self._environment = os.environ | dict(secrets)
        self._supervised = SupervisedProcess(name, self._spawn)

    def start(self) -> str:
        """Start the process and return its address, or an empty text if it does not start."""
        started = self._spawn()
        if not started.address:
            started.end()
            started.wait()
            return ""
        self._options["port"] = int(started.address.rpartition(":")[2])
        self._supervised.start(started)
        return started.address

    def end(self) -> None:
        """End the process and wait for it."""
        self._supervised.end()

    def _spawn(self) -> "_Program":
        return _Program(self._module, msgspec.json.encode(self._options).decode(), self._environment)


class _Program:
    """The process, and the address that it prints."""

    def __init__(self, module: str, options: str, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", module, options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        assert self._process.stdout is not None  # noqa: S101 - for mypy
        self.address = self._process.stdout.readline().decode().strip()

    def wait(self) -> int:
        return self._process.wait()

    def end(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
