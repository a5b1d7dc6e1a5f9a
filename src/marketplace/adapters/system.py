"""The system clock, ids, and the machine's zone files."""

import os
import sysconfig
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import uuid_utils.compat


class SystemClock:
    """`Clock` of this machine, in UTC."""

    def now(self) -> datetime:
        return datetime.now(UTC)


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
