"""Rights that were taken away elsewhere, such as in another process, decide at once: see `rights_cases`."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from http_api import PAID_SETTINGS, Api, open_api
from http_routes import routes_of
from rights_cases import CASES, REFUSED, Actor, Marketplace, needs_right

pytestmark = pytest.mark.thorough


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_api() -> AsyncIterator[Api]:
    async with open_api(PAID_SETTINGS) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def market(shared_api: Api) -> Marketplace:
    return await Marketplace.over(shared_api.storage)


async def test_every_route_that_needs_a_right_has_a_case(api: Api) -> None:
    assert {name for name, route in routes_of(api.app).items() if needs_right(name, route)} == set(CASES)


@pytest.mark.parametrize(("name", "actor"), [(name, actor) for name, case in CASES.items() for actor in case.actors])
async def test_request_is_refused_by_a_right_that_is_still_cached(
    api: Api, market: Marketplace, name: str, actor: Actor
) -> None:
    method, _, path = name.partition(" ")
    who, other = await api.person(**actor.account), await api.person(**actor.account)
    case = CASES[name]
    lost, kept = await case.target(market, who.user), await case.target(market, other.user)
    assert (await who.get("/api/auth/profile/")).status_code == 200
    await actor.lose(market, who.user)

    refused = await who.send(method, f"{path.format(**lost)}/", json=case.body_for(lost))
    passed = await other.send(method, f"{path.format(**kept)}/", json=case.body_for(kept))

    assert refused.status_code in REFUSED, refused.text
    assert passed.is_success, passed.text
