"""The system clock, ids, and the machine's zone files."""

import os
import sysconfig
import time
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import uuid_utils.compat

from marketplace.core.domain.clock_offset import ClockOffset
from marketplace.core.ports.system import Clock

READ_EVERY = 0.5
"""Seconds between reads of the clock of a demo."""


class SystemClock:
    """`Clock` of this machine, in UTC, corrected by what the database's clock is ahead."""

    def __init__(self, offset: ClockOffset | None = None) -> None:
        self._offset = offset or ClockOffset()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset.ahead


class MovedClock:
    """`Clock` of a demo: ahead of another by the seconds in a file, which `marketplace sandbox` writes."""

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        self._path = path
        self._clock = clock or SystemClock()
        self._read_at = -READ_EVERY
        self._ahead = timedelta()

    def now(self) -> datetime:
        if time.monotonic() - self._read_at >= READ_EVERY:
            self._read_at, self._ahead = time.monotonic(), ahead_of(self._path)
        return self._clock.now() + self._ahead


def ahead_of(path: Path) -> timedelta:
    """Return how far the clock of a demo is ahead."""
    try:
        return timedelta(seconds=int(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return timedelta()


class UuidSeven:
    """`Ids` as UUID version 7 (RFC 9562)."""

    def new(self) -> UUID:
        return uuid_utils.compat.uuid7()


class MachineZones:
    """`FormerZones`: the machine's zone files, which earlier releases read before the locked package.

    `search_path` is that of `zoneinfo`, by default the machine's.
    """

    def __init__(self, search_path: str | None = None) -> None:
        if search_path is None:
            search_path = os.environ.get("PYTHONTZPATH", sysconfig.get_config_var("TZPATH") or "")
        self._folders = [Path(folder) for folder in search_path.split(os.pathsep) if folder]

    def find(self, name: str) -> tzinfo | None:
        """Return the zone of the first folder that has it."""
        for folder in self._folders:
            path = folder / name
            if path.is_file():
                with path.open("rb") as file:
                    return ZoneInfo.from_file(file, key=name)
        return None
