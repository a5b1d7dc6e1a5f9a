"""A revoked API key has no effect, although a process may remember it for a moment: see `key_cases`."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from httpx import Response

from cases import all_cases
from http_api import PAID_SETTINGS, Api, open_api, problem
from http_routes import routes_of
from key_cases import KEY_CASES, KeyRequest, changes_by_key
from marketplace.http.security.authorization import SAFE_METHODS
from rights_cases import Marketplace


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_api() -> AsyncIterator[Api]:
    async with open_api(PAID_SETTINGS) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def market(shared_api: Api) -> Marketplace:
    return await Marketplace.over(shared_api.storage)


async def test_keys_read_by_one_scope_and_change_by_the_others(shared_api: Api) -> None:
    with all_cases() as case:
        for name, route in routes_of(shared_api.app).items():
            if route is not None and route.scope is not None:
                with case(name):
                    assert (route.scope == "read") == (name.partition(" ")[0] in SAFE_METHODS)


async def test_every_route_by_which_a_key_changes_something_has_a_case(shared_api: Api) -> None:
    assert changes_by_key(shared_api.app) <= set(KEY_CASES)


@pytest.mark.parametrize("name", KEY_CASES)
async def test_key_that_is_still_remembered_has_no_effect_once_it_is_revoked(
    shared_api: Api, market: Marketplace, name: str
) -> None:
    lost, kept = await KeyRequest.stored(market, name), await KeyRequest.stored(market, name)
    assert (await shared_api.visitor.send("GET", "/api/auth/profile/", headers=lost.headers)).is_success
    await lost.revoke(market)

    refused, passed = await send(shared_api, lost), await send(shared_api, kept)

    route = routes_of(shared_api.app)[name]
    if route is None or route.scope is None:
        problem(refused, 403, "missing_scope")
        problem(passed, 403, "missing_scope")
        return
    assert passed.is_success, passed.text
    if name in changes_by_key(shared_api.app):
        problem(refused, 401, "not_signed_in")


async def send(api: Api, request: KeyRequest) -> Response:
    return await api.visitor.send(request.method, request.path, headers=request.headers, **request.sent)
