"""`make bench-uploads`: how long a photo of 8 MB takes until it is ready, and what this costs others.

A JPEG of 12 megapixels is uploaded by one person, again and again; the answer says that its WebP files are ready. The
slowest hundredth of `/health/live` is compared with that at rest, in turns of one run, on a server with two workers.
"""

import asyncio
import http.client
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Awaitable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median, quantiles

import httpx
from PIL import Image

from benchmarks.fresh_server import STARTS_WITHIN, FreshServer
from benchmarks.sign_in import probe_live
from builders import stored_session
from databases import address_of, migrate_now, scratch_database
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from marketplace.adapters.postgres.storage import postgres_storage
from ports import free_port
from postgres.http_clients import person

SIZE = (4000, 3000)
MEGABYTE = 1_000_000
LONG_ENOUGH = (7.5, 8.5)
"""Megabytes of the photo."""
ROUNDS, SECONDS = 6, 5.0
MAX_SECONDS = 1.5
MAX_RATIO = 2.0


@dataclass(frozen=True, slots=True)
class Uploads:
    """Seconds of uploads, and milliseconds of the slowest hundredth of `/health/live`."""

    seconds: list[float]
    rest_p99: float
    busy_p99: float


def photo() -> bytes:
    """Return a JPEG of about 8 MB: a gradient with the grain of a camera."""
    grain = Image.effect_noise(SIZE, 40)
    gradient = Image.linear_gradient("L").resize(SIZE)
    image = Image.merge("RGB", [Image.blend(gradient.rotate(turn), grain, 0.5) for turn in (0, 90, 180)])
    written = io.BytesIO()
    for quality in range(98, 60, -1):
        written = io.BytesIO()
        image.save(written, "JPEG", quality=quality)
        if written.tell() <= LONG_ENOUGH[1] * MEGABYTE:
            break
    assert written.tell() >= LONG_ENOUGH[0] * MEGABYTE, written.tell()
    return written.getvalue()


def form_of(body: bytes) -> tuple[bytes, dict[str, str]]:
    """Return a form with the photo, and its headers."""
    request = httpx.Request("POST", "http://127.0.0.1/", files={"file": ("photo.jpg", body)})
    return request.read(), {"Content-Type": request.headers["Content-Type"]}


def keep_uploading(port: int, path: str, headers: dict[str, str], body: bytes, seconds: float) -> list[float]:
    """Upload a photo and delete it again for a while; return the seconds until each was ready.

    The body is sent at once: a client elsewhere takes no time of the server's cores.
    """
    end = time.monotonic() + seconds
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def answer_to(method: str, path: str, body: bytes | None = None) -> bytes:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status < http.client.BAD_REQUEST, (path, answer.status, content)
        return content

    found = list[float]()
    while not found or time.monotonic() < end:
        started = time.perf_counter()
        pictures = json.loads(answer_to("POST", path, body))["pictures"]
        found.append(time.perf_counter() - started)
        picture = pictures[-1]
        if "srcset" in picture["sources"][0]:
            answer_to("GET", picture["sources"][0]["srcset"].split()[0])
        answer_to("DELETE", f"{path}{picture['id']}/")
    connection.close()
    return found


async def measure(dsn: str, folder: Path) -> Uploads:
    """Measure a server of its own."""
    database = await connect(dsn)
    try:
        storage = postgres_storage(database)
        creator = await person(storage, role="creator")
        session = await stored_session(storage, creator_id=creator.user.id)
    finally:
        await database.close()
    server = FreshServer(dsn, folder / "log", free_port(), workers=2, data_dir=folder / "data")
    (body, types), path = form_of(photo()), f"/api/sessions/{session.id}/pictures/"
    loop, seconds, rest, busy = asyncio.get_running_loop(), list[float](), list[float](), list[float]()

    def upload(during: float) -> Awaitable[list[float]]:
        return loop.run_in_executor(uploader, keep_uploading, server.port, path, creator.headers | types, body, during)

    try:
        await server.starts(STARTS_WITHIN)
        # each in a session of its own, as a client elsewhere: Linux lets those of one session wait for each other
        spawned = get_context("spawn")
        with (
            ProcessPoolExecutor(1, spawned, initializer=os.setsid) as apart,
            ProcessPoolExecutor(1, spawned, initializer=os.setsid) as uploader,
        ):
            await upload(0)
            for _ in range(ROUNDS):
                rest += await loop.run_in_executor(apart, probe_live, server.port, SECONDS)
                uploading = upload(SECONDS)
                busy += await loop.run_in_executor(apart, probe_live, server.port, SECONDS)
                seconds += await uploading
    finally:
        await server.end()
    return Uploads(seconds, quantiles(rest, n=100)[98], quantiles(busy, n=100)[98])


def main() -> None:
    """Measure a server over a database of its own."""
    load = os.getloadavg()[0]
    with (
        tempfile.TemporaryDirectory() as name,
        embedded_postgres(Path(name) / "postgres") as dsn,
        scratch_database(dsn) as database,
    ):
        migrate_now(address_of(dsn, database))
        found = asyncio.run(measure(address_of(dsn, database), Path(name)))
    ratio = found.busy_p99 / found.rest_p99
    sys.stdout.write(
        f"{len(found.seconds)} uploads: median {median(found.seconds):.2f} s, slowest {max(found.seconds):.2f} s; "
        f"load average before: {load:.1f}\n"
        f"/health/live: p99 {found.rest_p99:.2f} ms at rest, {found.busy_p99:.2f} ms meanwhile, {ratio:.1f} times\n"
    )
    raise SystemExit(0 if median(found.seconds) <= MAX_SECONDS and ratio <= MAX_RATIO else 1)


if __name__ == "__main__":
    main()
