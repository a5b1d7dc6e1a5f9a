"""Staff actions and losses of rights, through two processes over one database.

`tests/http/test_rights.py` checks that every route that needs a right has a case.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
import pytest_asyncio

from example_search import IS_LONG
from key_cases import KEY_CASES, WITHOUT_EFFECT, KeyRequest
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.ports.storage import Storage
from postgres.http_clients import Person, answers, people, person, statuses
from postgres.servers import Server, servers
from rights_cases import CASES, REFUSED, Actor, Case, Ids, Marketplace

WHY = {"reason": "A quarrel."}
ROUNDS = 200 if IS_LONG else 3
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

    async def remove_superusers(self) -> None:
        async with self.storage.unit_of_work() as tx:
            for left in await tx.users.acquire_superusers():
                await tx.users.save(replace(await tx.users.acquire(left), is_staff=False, is_superuser=False))

    async def ask(self, method: str, path: str, who: Headers, body: object = None) -> list[httpx.Response]:
        """Send a request to every process concurrently."""
        return await self.ask_with(method, path, who, {"json": body})

    async def ask_with(self, method: str, path: str, who: Headers, sent: dict[str, Any]) -> list[httpx.Response]:
        requests = (server.client.request(method, path, headers=who, **sent) for server in self.servers)
        return await asyncio.gather(*requests)

    async def act(self, which: int, who: Headers, whom: Person, action: str, **changes: Any) -> httpx.Response:
        client = self.servers[which].client
        return await client.post(f"/api/admin/users/{whom.user.id}/{action}/", headers=who, json=WHY | changes)

    async def statuses(self, who: Headers) -> list[int]:
        """Return the response status of every process."""
        return [response.status_code for response in await self.ask("GET", "/api/auth/profile/", who)]

    async def is_out_within_a_second(self, who: Headers) -> bool:
        """Return whether every process refuses the login within a second."""
        end, sent = time.monotonic() + 1, time.monotonic()
        # only a request that was sent after a second must be refused, however long the one before took
        while (seen := await self.statuses(who)) != [401, 401] and sent < end:
            assert set(seen) <= {200, 401}
            sent = time.monotonic()
        return seen == [401, 401]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def staff_actions(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StaffActions]:
    own = await connect(database, PoolLimits(max_size=2))
    # what staff return is asked of a provider that never answers
    payments = {"payments": "simulator", "simulator_url": "http://127.0.0.1:9"}
    async with servers(2, database, tmp_path_factory.mktemp("servers"), **payments) as started:
        yield StaffActions(started, postgres_storage(own))
    await own.close()


async def test_superusers_who_remove_each_other_concurrently_leave_one(staff_actions: StaffActions) -> None:
    rights = {"is_staff": False, "is_superuser": False}
    for action, changes in (("rights", rights), ("deactivate", {})):
        for _ in range(3):
            await staff_actions.remove_superusers()
            one, other = await people(staff_actions.storage, 2, is_staff=True, is_superuser=True)
            await asyncio.gather(*(staff_actions.statuses(each.headers) for each in (one, other)))

            responses = await asyncio.gather(
                staff_actions.act(0, one.headers, other, action, **changes),
                staff_actions.act(1, other.headers, one, action, **changes),
            )

            received = answers(responses)
            assert received["200"] == 1, received
            assert await staff_actions.superusers() == 1


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


async def a_request(market: Marketplace, case: Case, actor: Actor) -> tuple[Person, Ids]:
    who = await person(market.storage, **actor.account)
    return who, await case.target(market, who.user)


@pytest.mark.parametrize("name", CASES)
async def test_no_process_acts_by_a_right_that_it_only_remembers(staff_actions: StaffActions, name: str) -> None:
    market = await Marketplace.over(staff_actions.storage)
    case, (method, _, path) = CASES[name], name.partition(" ")
    for number in range(ROUNDS):
        actor = case.actors[number % len(case.actors)]
        who, ids = await a_request(market, case, actor)
        assert await staff_actions.statuses(who.headers) == [200, 200]
        await actor.lose(market, who.user)

        responses = await staff_actions.ask(method, f"{path.format(**ids)}/", who.headers, case.body_for(ids))

        assert statuses(responses) <= REFUSED, [actor.lose, *(response.text for response in responses)]

    who, ids = await a_request(market, case, case.actors[0])
    responses = await staff_actions.ask(method, f"{path.format(**ids)}/", who.headers, case.body_for(ids))
    assert any(response.is_success for response in responses), [response.text for response in responses]


@pytest.mark.parametrize("name", sorted(set(KEY_CASES) - WITHOUT_EFFECT))
async def test_no_process_changes_anything_by_an_api_key_that_it_only_remembers(
    staff_actions: StaffActions, name: str
) -> None:
    """Routes that take no key refuse it, and those that only read a download may go on for half a second."""
    market = await Marketplace.over(staff_actions.storage)
    for _ in range(ROUNDS):
        request = await KeyRequest.stored(market, name)
        assert await staff_actions.statuses(request.headers) == [200, 200]
        await request.revoke(market)

        responses = await staff_actions.ask_with(request.method, request.path, request.headers, request.sent)

        assert name.startswith("GET ") or statuses(responses) <= {401, 403}, [each.text for each in responses]
