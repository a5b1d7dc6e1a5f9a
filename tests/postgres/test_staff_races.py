"""Concurrent staff actions through two processes over one database."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio

from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.ports.storage import Storage
from postgres.http_clients import Person, answers, people, person
from postgres.servers import Server, servers

WHY = {"reason": "A quarrel."}
Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class StaffActions:
    """Two processes and their database."""

    servers: list[Server]
    storage: Storage

    async def superusers(self) -> int:
        """Return the number of remaining superusers."""
        async with self.storage.unit_of_work() as tx:
            return len(await tx.users.acquire_superusers())

    async def act(self, which: int, who: Headers, whom: Person, action: str, **changes: Any) -> httpx.Response:
        client = self.servers[which].client
        return await client.post(f"/api/admin/users/{whom.user.id}/{action}/", headers=who, json=WHY | changes)

    async def statuses(self, who: Headers) -> list[int]:
        """Return the response status of every process."""
        requested = (server.client.get("/api/auth/profile/", headers=who) for server in self.servers)
        return [response.status_code for response in await asyncio.gather(*requested)]

    async def is_out_within_a_second(self, who: Headers) -> bool:
        """Return whether every process refuses the login within a second."""
        end = time.monotonic() + 1
        while (seen := await self.statuses(who)) != [401, 401] and time.monotonic() < end:
            assert set(seen) <= {200, 401}
        return seen == [401, 401]


@pytest_asyncio.fixture(loop_scope="module")
async def staff_actions(empty_database: str, tmp_path: Path) -> AsyncIterator[StaffActions]:
    own = await connect(empty_database, PoolLimits(max_size=2))
    async with servers(2, empty_database, tmp_path) as started:
        yield StaffActions(started, postgres_storage(own))
    await own.close()


async def test_superusers_who_remove_each_other_concurrently_leave_one(staff_actions: StaffActions) -> None:
    rights = {"is_staff": False, "is_superuser": False}
    for action, changes in (("rights", rights), ("deactivate", {})):
        for _ in range(3):
            one, other = await people(staff_actions.storage, 2, is_staff=True, is_superuser=True)
            await asyncio.gather(*(staff_actions.statuses(each.headers) for each in (one, other)))

            responses = await asyncio.gather(
                staff_actions.act(0, one.headers, other, action, **changes),
                staff_actions.act(1, other.headers, one, action, **changes),
            )

            received = answers(responses)
            assert received["200"] == 1, received
            assert await staff_actions.superusers() == 1
            async with staff_actions.storage.unit_of_work() as tx:  # makes room for the next two
                (left,) = await tx.users.acquire_superusers()
                await tx.users.save(replace(await tx.users.acquire(left), is_staff=False, is_superuser=False))


async def test_impersonation_ends_on_every_process_within_a_second(staff_actions: StaffActions) -> None:
    superuser = await person(staff_actions.storage, is_staff=True, is_superuser=True)
    helper, learner = await person(staff_actions.storage, is_staff=True), await person(staff_actions.storage)
    looks = []
    for _ in range(2):
        started = await staff_actions.act(0, helper.headers, learner, "impersonate")
        looks.append({"Authorization": f"Bearer {started.json()['access']}"})
        assert await staff_actions.statuses(looks[-1]) == [200, 200]

    await staff_actions.servers[0].client.post("/api/auth/logout/", headers=looks[0])
    assert await staff_actions.is_out_within_a_second(looks[0])
    assert await staff_actions.statuses(looks[1]) == [200, 200]

    refused = await staff_actions.act(1, looks[1], learner, "deactivate")
    assert answers([refused]) == {"403 impersonated_read_only": 1}
    await staff_actions.act(1, superuser.headers, helper, "rights", is_staff=False, is_superuser=False)
    assert await staff_actions.is_out_within_a_second(looks[1])
    assert await staff_actions.statuses(learner.headers) == [200, 200]


async def test_deactivated_creator_is_signed_out_on_every_process_within_a_second(staff_actions: StaffActions) -> None:
    superuser = await person(staff_actions.storage, is_staff=True, is_superuser=True)
    creator = await person(staff_actions.storage, role="creator")
    assert await staff_actions.statuses(creator.headers) == [200, 200]

    assert (await staff_actions.act(0, superuser.headers, creator, "deactivate")).status_code == 200

    assert await staff_actions.is_out_within_a_second(creator.headers)
