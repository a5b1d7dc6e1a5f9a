"""Details and profiles that are asked for at the same time share statements."""

import asyncio
from uuid import UUID, uuid4

from builders import a_schedule, stored_session, stored_users
from fakes import NOW
from marketplace.core.domain.materialized_availability import MaterializedAvailability
from marketplace.core.errors import NotFound
from marketplace.core.ports.storage import Storage
from postgres.query_plans import watched

ASKED = 12


async def sessions_of(storage: Storage, number: int) -> list[UUID]:
    """Store sessions, every third with a schedule."""
    found = [await stored_session(storage) for _ in range(number)]
    async with storage.unit_of_work() as tx:
        for session in found[::3]:
            written = MaterializedAvailability.of(a_schedule(), session.duration, NOW)
            await tx.sessions.save_schedule(session.id, a_schedule(), written)
    return [session.id for session in found]


async def test_details_asked_for_at_once_share_statements_and_are_those_of_single_reads(database: str) -> None:
    async with watched(database) as program:
        catalog = program.storage.catalog
        ids = [*await sessions_of(program.storage, ASKED), uuid4()]
        for _ in ("without knowing which are by arrangement", "knowing it"):
            together = []

            async def read() -> None:
                together.extend(await asyncio.gather(*(catalog.find(each, NOW) for each in ids)))  # noqa: B023

            sent = await program.sent_by(read())

            assert together == [await catalog.find(each, NOW) for each in ids]
            assert [each and each.id for each in together] == [*ids[:-1], None]
            assert [each.next_slot is not None for each in together[:6] if each] == [True, False, False] * 2
            assert len(sent) <= 4


async def test_profiles_asked_for_at_once_share_statements_and_each_is_its_own(database: str) -> None:
    async with watched(database) as program:
        users = await stored_users(program.storage, ASKED)
        found: list[object] = []

        async def read() -> None:
            ids = [*(user.id for user in users), uuid4()]
            answers = (program.storage.users.get(each) for each in ids)
            found.extend(await asyncio.gather(*answers, return_exceptions=True))

        sent = await program.sent_by(read())

        assert found[:-1] == list(users)
        assert isinstance(found[-1], NotFound)
        assert len(sent) == 2
