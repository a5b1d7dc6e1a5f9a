"""Pictures in a folder of the data directory, by default."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

from marketplace.core.errors.pictures import StoreRefused
from marketplace.core.ports.pictures import StoredObject

SHARD = 2
"""Characters of a picture's ID that name its parent folder, so that no folder has too many entries."""
UNFINISHED = ".part"


class FolderObjectStore:
    """`ObjectStore` in a folder, which is created with the first object: `{shard}/{picture}/{version}`.

    A file is written under another name, flushed to the disk and renamed, so that a reader sees all of it or nothing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, key: str, body: bytes) -> None:
        try:
            await asyncio.to_thread(_write, self._path(key), body)
        except OSError as error:
            raise StoreRefused from error

    async def get(self, key: str) -> bytes | None:
        try:
            return await asyncio.to_thread(self._path(key).read_bytes)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise StoreRefused from error

    async def delete(self, picture: UUID) -> None:
        try:
            await asyncio.to_thread(_remove, self._path(str(picture)))
        except OSError as error:
            raise StoreRefused from error

    async def list(self, after: str, limit: int) -> Sequence[StoredObject]:
        try:
            return await asyncio.to_thread(lambda: [*islice(self._following(after), limit)])
        except OSError as error:
            raise StoreRefused from error

    def _path(self, key: str) -> Path:
        return self._folder / key[:SHARD] / key

    def _following(self, after: str) -> Iterator[StoredObject]:
        picture_after = after.partition("/")[0]
        for shard in _names(self._folder):
            if shard < after[:SHARD]:
                continue
            for picture in _names(self._folder / shard):
                if picture >= picture_after:
                    yield from self._versions(picture, after)

    def _versions(self, picture: str, after: str) -> Iterator[StoredObject]:
        folder = self._path(picture)
        for name in _names(folder):
            key = f"{picture}/{name}"
            if key > after:
                # unfinished ones too: they are all that an interrupted upload may have left
                with suppress(FileNotFoundError):
                    yield StoredObject(key, datetime.fromtimestamp((folder / name).stat().st_mtime, UTC))


def _names(folder: Path) -> list[str]:
    with suppress(FileNotFoundError, NotADirectoryError):
        return sorted(os.listdir(folder))  # noqa: PTH208 - only the names
    return []


def _write(path: Path, body: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(suffix=UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).chmod(0o644)  # a proxy that is another user serves it
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
    _flush_names(path.parent)


def _flush_names(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(folder: Path) -> None:
    with suppress(FileNotFoundError):
        shutil.rmtree(folder)
