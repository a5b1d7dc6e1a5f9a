"""A program that uploads a picture and kills itself at a step: `picture_uploader.py DSN FOLDER SESSION OWNER STEP`.

Steps: `part` within the first file, `first` after it, `all` after the last one, `shown` once the session has it.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from uuid import UUID

from builders import a_user, principal_of, services_over
from fakes import MovableClock
from marketplace.adapters.pictures.folder import FolderObjectStore
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage

UPLOAD = b"a picture"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DeadlyStore(FolderObjectStore):
    """A folder whose process is killed at a step."""

    def __init__(self, folder: Path, step: str) -> None:
        super().__init__(folder)
        self.step, self.puts = step, 0

    async def put(self, key: str, body: bytes) -> None:
        if self.step == "part":
            path = self._path(key)
            path.parent.mkdir(parents=True)
            path.with_name("tmp123.part").write_bytes(body[:3])
            die()
        await super().put(key, body)
        self.puts += 1
        if (self.step, self.puts) in {("first", 1), ("all", 3)}:
            die()


async def main(dsn: str, folder: str, session: str, owner: str, step: str) -> None:
    database = await connect(dsn, PoolLimits())
    store = DeadlyStore(Path(folder), step)
    services = services_over(postgres_storage(database), clock=MovableClock(), objects=store)
    await services.pictures.add(principal_of(a_user(id=UUID(owner), role="creator")), UUID(session), UPLOAD, "")
    die()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
