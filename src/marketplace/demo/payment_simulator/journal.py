"""Keeps the simulator's records in a file: each change is a line, and the last line of an ID counts."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import msgspec

from marketplace.adapters.payments.simulated.provider import SimulatedProvider
from marketplace.adapters.payments.simulated.records import Notice, Record

KEEP_NOTICES = timedelta(days=7)


class Journal:
    """A file of records. A line that was cut off by a crash, and all after it, count as not written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    def save(self, record: Record) -> None:
        if self._file is not None:
            self._file.write(msgspec.json.encode(record) + b"\n")

    def restore(self, provider: SimulatedProvider, now: datetime) -> None:
        """Give the provider what the file has, write the file without outdated lines, and record from now on."""
        for record in self._records():
            provider.restore(record)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        rewritten = self._path.with_suffix(".new")
        with rewritten.open("wb") as file:
            for record in provider.records():
                if not _is_outdated(record, now):
                    file.write(msgspec.json.encode(record) + b"\n")
        rewritten.replace(self._path)
        # unbuffered: what was answered survives the end of the process
        self._file = self._path.open("ab", buffering=0)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _records(self) -> Iterator[Record]:
        decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)
        if not self._path.is_file():
            return
        for line in self._path.read_bytes().splitlines():
            try:
                yield decoder.decode(line)
            except msgspec.MsgspecError:
                return


def _is_outdated(record: Record, now: datetime) -> bool:
    is_done = isinstance(record, Notice) and record.due_at is None and record.accepted_at is not None
    return is_done and record.created_at < now - KEEP_NOTICES  # type: ignore[union-attr]
