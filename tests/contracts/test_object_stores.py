"""One suite for every object store: memory, a folder, and two S3 servers of other makers.

nanio checks credentials, moto does not.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest

from marketplace.adapters.memory.pictures import MemoryObjectStore
from marketplace.adapters.pictures.folder import FolderObjectStore
from marketplace.adapters.pictures.s3 import S3ObjectStore
from marketplace.core.errors.pictures import StoreRefused, StoreUnknown
from marketplace.core.ports.pictures import ObjectStore
from ports import free_port

KEY, SECRET, BUCKET = "operator", "a secret/with+signs", "pictures"
ONE, TWO = UUID(int=0x10 << 120), UUID(int=0x11 << 120)
MOTO = Path(__file__).parents[2] / ".s3/bin/python"
START = 90.0
"""Seconds."""


@contextmanager
def server(name: str, folder: Path) -> Iterator[str]:
    """Start an S3 server with an empty bucket; yield its address."""
    assert MOTO.exists(), "moto has an environment of its own: make .s3/.installed"
    (folder / BUCKET).mkdir()
    port = free_port()
    command = {
        "moto": [str(MOTO), "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        "nanio": [str(Path(sys.executable).with_name("nanio")), "serve", "--host", "127.0.0.1", "--port", str(port)],
    }[name]
    environment = os.environ | {"NANIO_DATA_DIR": str(folder), "NANIO_ACCESS_KEY": KEY, "NANIO_SECRET_KEY": SECRET}
    program = subprocess.Popen(
        command, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    endpoint = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + START
        while True:
            try:
                httpx.put(f"{endpoint}/{BUCKET}", timeout=1)  # nanio refuses it: its buckets are folders
                break
            except httpx.TransportError:
                assert time.monotonic() < until, f"{name} did not start"
                time.sleep(0.2)
        yield endpoint
    finally:
        program.kill()
        program.wait()


def address(endpoint: str, secret: str = SECRET, bucket: str = BUCKET) -> str:
    return f"s3://{KEY}:{quote(secret, safe='')}@{bucket}/of/marketplace?region=us-east-1&endpoint={endpoint}"


@pytest.fixture(scope="module", params=["memory", "folder", "moto", "nanio"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObjectStore]:
    folder = tmp_path_factory.mktemp("store")
    if request.param == "memory":
        yield MemoryObjectStore()
    elif request.param == "folder":
        yield FolderObjectStore(folder / "not" / "there")
    else:
        with server(request.param, folder) as started:
            yield S3ObjectStore(address(started))


async def keys(store: ObjectStore, after: str = "", limit: int = 100) -> list[str]:
    return [each.key for each in await store.list(after, limit)]


async def test_bytes_are_stored_listed_and_deleted(store: ObjectStore) -> None:
    assert await store.get(f"{ONE}/400.webp") is None
    assert await keys(store) == []
    for picture in (TWO, ONE):
        for version in ("800.webp", "400.webp"):
            await store.put(f"{picture}/{version}", f"{picture} {version}".encode())

    assert await store.get(f"{ONE}/800.webp") == f"{ONE} 800.webp".encode()
    every = [f"{picture}/{version}" for picture in (ONE, TWO) for version in ("400.webp", "800.webp")]
    assert await keys(store) == every
    assert await keys(store, every[0], 2) == every[1:3], "the page after a name"
    assert await keys(store, f"{ONE}/", 1) == every[:1]
    assert await keys(store, every[-1]) == []
    written = (await store.list("", 1))[0].written_at
    assert abs(datetime.now(UTC) - written) < timedelta(minutes=1)
    for _ in range(2):
        await store.delete(ONE)
    assert await keys(store) == every[2:]
    await store.delete(TWO)


async def test_storing_again_changes_nothing_also_at_once(store: ObjectStore) -> None:
    body = bytes(range(256)) * 4_000
    await asyncio.gather(*(store.put(f"{ONE}/400.webp", body) for _ in range(4)))

    assert await store.get(f"{ONE}/400.webp") == body
    assert await keys(store) == [f"{ONE}/400.webp"]
    await store.delete(ONE)


async def test_unreachable_bucket_is_an_unknown_outcome() -> None:
    store = S3ObjectStore(address(f"http://127.0.0.1:{free_port()}"))

    with pytest.raises(StoreUnknown):
        await store.put(f"{ONE}/400.webp", b"bytes")


async def test_wrong_secret_and_missing_bucket_are_refused(tmp_path: Path) -> None:
    with server("nanio", tmp_path) as started:
        for wrong in (address(started, secret="another"), address(started, bucket="missing")):
            with pytest.raises(StoreRefused):
                await S3ObjectStore(wrong).put(f"{ONE}/400.webp", b"bytes")


async def test_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(StoreRefused):
        await FolderObjectStore(tmp_path / "file").put(f"{ONE}/400.webp", b"bytes")
    assert await FolderObjectStore(tmp_path / "file").get(f"{ONE}/400.webp") is None


async def test_unfinished_file_is_listed_and_deleted_with_its_picture(tmp_path: Path) -> None:
    store = FolderObjectStore(tmp_path)
    folder = tmp_path / str(ONE)[:2] / str(ONE)
    folder.mkdir(parents=True)
    (folder / "x1.part").write_bytes(b"half")

    assert await keys(store) == [f"{ONE}/x1.part"]
    await store.delete(ONE)
    assert await keys(store) == []
