"""The way to an identity provider and back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from builders import KEYS, PASSWORD, services_over, stored_user
from contracts.harness import at_once
from contracts.provider_world import (
    WatchedProviders,
    World,
    a_new_proof,
    failure_of,
)
from known_providers import Traveller, a_proof, no_limit
from marketplace.adapters.security.secret_keys import SecretKeys
from marketplace.core.domain.identities import FLOW_TTL
from marketplace.core.domain.principals import UNKNOWN_ORIGIN, Origin
from marketplace.core.errors import NotFound, RateLimited
from marketplace.core.errors.identities import FlowFailure, ProviderUnavailable, SignInFailed
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.core.services.provider_sign_ins import Returned
from staff_services import logged


@pytest.fixture
def world(storage: Storage) -> World:
    return World(storage)


async def test_flow_is_used_once_in_time_and_by_its_own_browser(world: World) -> None:
    proof, departed, other = a_new_proof(), await world.traveller.leave(), await world.traveller.leave()

    for state, sealed in [
        (other[0], departed[1]),
        ("", departed[1]),
        (departed[0], ""),
        (departed[0], "forged"),
        (departed[0], f"{departed[1]}x"),
        (departed[0], departed[1].replace(".", "x.", 1)),
        (departed[0], "x" * 5_000),
    ]:
        assert await failure_of(world, (state, sealed), proof) == "expired"
    assert world.providers.asked == 0
    await world.traveller.come_back(departed, proof)
    assert await failure_of(world, departed, proof) == "expired"
    world.clock.advance(FLOW_TTL)
    assert await failure_of(world, other, proof) == "expired"
    assert world.providers.asked == 1


async def test_flow_of_another_provider_is_not_taken(world: World) -> None:
    _, sealed = await world.traveller.leave()

    assert world.services.provider_sign_ins.flow_of("another", sealed) is None


async def test_of_concurrent_uses_of_a_flow_one_signs_in(world: World) -> None:
    departed, proof = await world.traveller.leave(), a_new_proof()

    outcome = await at_once(world.traveller.come_back(departed, proof) for _ in range(5))

    assert (len(outcome.done), outcome.reasons()) == (1, {"SignInFailed": 4})


@pytest.mark.parametrize(
    ("returned", "failure"),
    [
        ({"error": "access_denied"}, "cancelled"),
        ({"error": "server_error"}, "refused"),
        ({"error": "<script>"}, "refused"),
        ({}, "refused"),
    ],
)
async def test_provider_that_sends_no_code_signs_nobody_in(
    world: World, returned: dict[str, str], failure: FlowFailure
) -> None:
    state, sealed = await world.traveller.leave()
    kept = world.services.provider_sign_ins.flow_of("example", sealed)

    with pytest.raises(SignInFailed) as failed:
        await world.services.provider_sign_ins.finish(kept, Returned(state=state, **returned), UNKNOWN_ORIGIN, no_limit)

    assert failed.value.failure == failure


async def test_provider_that_is_away_is_named_and_the_rest_works(world: World) -> None:
    world.providers.is_away = True
    user = await stored_user(world.storage)

    with pytest.raises(ProviderUnavailable):
        await world.traveller.leave()
    with pytest.raises(NotFound):
        await world.services.provider_sign_ins.begin("unknown", redirect_uri="https://sessions.example.org/")
    assert (await world.services.tokens.log_in(user.email, PASSWORD)).user.id == user.id


async def test_limit_of_registrations_holds_for_new_accounts_only(world: World) -> None:
    async def refuse() -> None:
        raise RateLimited(timedelta(minutes=1))

    known, new = a_new_proof(), a_new_proof()
    await world.traveller.sign_in(known)
    for proof in (known, new):
        state, sealed = await world.traveller.leave()
        kept = world.services.provider_sign_ins.flow_of("example", sealed)
        code = f"code of {proof.subject}"
        world.providers.proofs[code] = proof
        back = world.services.provider_sign_ins.finish(kept, Returned(state=state, code=code), UNKNOWN_ORIGIN, refuse)
        if proof is known:
            assert await back is not None
        else:
            with pytest.raises(RateLimited):
                await back
    assert await world.owner_of(new) is None


async def test_who_comes_back_twice_at_once_has_one_account(world: World) -> None:
    proof = a_new_proof()
    departures = [await world.traveller.leave() for _ in range(4)]

    outcome = await at_once(world.traveller.come_back(each, proof) for each in departures)

    assert not outcome.refused
    assert len({login.user.id for login in outcome.done if login}) == 1


async def test_two_services_with_one_mailbox_make_one_account(world: World) -> None:
    first, second = a_new_proof(), a_new_proof()
    second = a_proof(second.subject, email=first.email)
    departures = [await world.traveller.leave() for _ in range(2)]

    outcome = await at_once(
        world.traveller.come_back(each, proof) for each, proof in zip(departures, (first, second), strict=True)
    )

    assert not outcome.refused
    assert len({login.user.id for login in outcome.done if login}) == 1
    assert await world.owner_of(first) == await world.owner_of(second)


async def test_provider_is_asked_between_transactions(storage: Storage) -> None:
    open_now: list[int] = []

    @asynccontextmanager
    async def counted() -> AsyncIterator[Transaction]:
        open_now.append(1)
        try:
            async with storage.unit_of_work() as tx:
                yield tx
        finally:
            open_now.pop()

    providers = WatchedProviders(open_transactions=open_now)
    services = services_over(storage, identity_providers=providers, unit_of_work=counted)
    traveller = Traveller(services.provider_sign_ins, providers)

    assert (await traveller.sign_in(a_new_proof())).user.has_password is False
    assert providers.found_open == [0, 0]


async def test_flow_begun_with_a_former_key_comes_back(storage: Storage) -> None:
    before = World(storage)
    departed = await before.traveller.leave()
    rotated = services_over(storage, identity_providers=before.providers, keys=SecretKeys(("another key", *KEYS.all)))

    login = await Traveller(rotated.provider_sign_ins, before.providers).come_back(departed, a_new_proof())

    assert login is not None


async def test_origin_of_who_came_back_is_recorded(world: World) -> None:
    origin = Origin(address="192.0.2.7", agent="a browser")
    login = await world.traveller.come_back(await world.traveller.leave(), a_new_proof(), origin)

    assert login is not None
    entries = await logged(world.storage, ("user", login.user.id))
    assert {(entry.address, entry.agent) for entry in entries} == {("192.0.2.7", "a browser")}
