"""kill -9 at every step of an upload: a sweep leaves neither bytes without a picture nor a record without bytes."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from builders import services_over, stored_session
from fakes import MovableClock
from marketplace.adapters.pictures.folder import FolderObjectStore
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.pictures import UPLOAD_GRACE, picture_id
from postgres.picture_uploader import UPLOAD

PROGRAM = Path(__file__).with_name("picture_uploader.py")
TESTS = PROGRAM.parents[1]


@pytest.mark.parametrize(("step", "kept"), [("part", 0), ("first", 0), ("all", 0), ("shown", 3)])
async def test_killed_upload_leaves_no_orphan_after_a_sweep(
    database: str, tmp_path: Path, step: str, kept: int
) -> None:
    pool = await connect(database, PoolLimits())
    try:
        storage, store = postgres_storage(pool), FolderObjectStore(tmp_path)
        session = await stored_session(storage)
        arguments = (database, str(tmp_path), str(session.id), str(session.creator_id), step)
        program = await asyncio.create_subprocess_exec(
            sys.executable, str(PROGRAM), *arguments, env={"PYTHONPATH": str(TESTS)}
        )
        assert await program.wait() == -9
        found = picture_id(session.id, UPLOAD)
        async with storage.unit_of_work() as tx:
            assert found in await tx.pictures.find([found]), "the record comes before the first byte"

        clock = MovableClock()
        clock.advance(UPLOAD_GRACE + timedelta(minutes=5))
        sweeper = services_over(storage, clock=clock, objects=store).picture_sweeper
        await sweeper.reconcile()
        await sweeper.purge()

        shown = await storage.catalog.find(session.id, clock.now())
        async with storage.unit_of_work() as tx:
            records = await tx.pictures.find([found])
        assert shown is not None
        assert (len(shown.pictures), len(records)) == (kept // 3, kept // 3)
        assert len(await store.list("", 100)) == kept
        assert kept or not any((tmp_path / str(found)[:2]).iterdir())
    finally:
        await pool.close()
