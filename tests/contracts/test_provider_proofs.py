"""Step-up at an identity provider, of people who have no password."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from builders import stored_second_factor, stored_user
from contracts.provider_world import World, a_new_proof, failure_of
from known_providers import ISSUER, KnownProviders
from marketplace.core.domain.identities import CLOCK_LEEWAY, IdentityProvider, ProvedIdentity
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.tokens import Claims
from marketplace.core.domain.users import User
from marketplace.core.errors.second_factors import ReauthenticationRequired
from marketplace.core.ports.storage import Storage
from passkey_records import stored_passkey
from staff_services import logged

HOUR = timedelta(hours=1)


@pytest.fixture
def world(storage: Storage) -> World:
    return World(storage)


def freshly(world: World, proof: ProvedIdentity, ago: timedelta = timedelta(0)) -> ProvedIdentity:
    """Return the identity of a person who signed in at the provider so long ago."""
    return replace(proof, authenticated_at=world.clock.now() - ago)


async def an_old_login(world: World, proof: ProvedIdentity) -> tuple[User, Principal]:
    """Return who signed in by the provider an hour ago, and that login."""
    signed_in = await world.traveller.sign_in(proof)
    login = (await world.storage.logins.active(signed_in.user.id, world.clock.now(), 1))[0]
    world.clock.advance(HOUR)
    return signed_in.user, await principal_of_login(world, signed_in.user, login.id)


async def principal_of_login(world: World, user: User, login_id: UUID) -> Principal:
    found = await world.storage.principals.find(Claims(user_id=user.id, family_id=login_id))
    assert found is not None
    return found


async def is_proved(world: World, user: User, principal: Principal) -> bool:
    try:
        await world.services.reauthentication.require(await principal_of_login(world, user, principal.family_id))
    except ReauthenticationRequired:
        return False
    return True


async def test_person_without_a_password_proves_at_the_provider_that_it_is_them(world: World) -> None:
    proof = a_new_proof()
    user, principal = await an_old_login(world, proof)
    with pytest.raises(ReauthenticationRequired) as refused:
        await world.services.reauthentication.require(principal)
    assert refused.value.methods == ("provider",)

    departed = await world.traveller.leave_to_prove(principal)
    assert await world.traveller.come_back(departed, freshly(world, proof)) is None

    assert await is_proved(world, user, principal)
    assert len(await world.storage.logins.active(user.id, world.clock.now(), 10)) == 1
    entry = next(each for each in await logged(world.storage, ("user", user.id)) if each.action == "reauthenticated")
    assert entry.after == {"method": "provider"}


@pytest.mark.parametrize("ago", [None, CLOCK_LEEWAY + timedelta(seconds=1), HOUR])
async def test_provider_that_did_not_ask_again_proves_nothing(world: World, ago: timedelta | None) -> None:
    proof = a_new_proof()
    user, principal = await an_old_login(world, proof)

    departed = await world.traveller.leave_to_prove(principal)
    came_back = proof if ago is None else freshly(world, proof, ago)

    assert await failure_of(world, departed, came_back) == "not_fresh"
    assert not await is_proved(world, user, principal)


async def test_another_account_at_the_provider_proves_nothing_and_is_not_connected(world: World) -> None:
    user, principal = await an_old_login(world, a_new_proof())
    other = a_new_proof()
    await world.traveller.sign_in(other)
    stranger = a_new_proof()

    for proof in (other, stranger):
        departed = await world.traveller.leave_to_prove(principal)
        assert await failure_of(world, departed, freshly(world, proof)) == "another_account"

    assert await world.owner_of(stranger) is None
    assert not await is_proved(world, user, principal)


async def test_login_that_ended_meanwhile_is_not_proved(world: World) -> None:
    proof = a_new_proof()
    _, principal = await an_old_login(world, proof)
    departed = await world.traveller.leave_to_prove(principal)
    await world.services.logins.end(principal, principal.family_id)

    assert await failure_of(world, departed, freshly(world, proof)) == "signed_out"


async def test_provider_is_no_proof_for_who_has_a_password_or_a_second_factor(world: World) -> None:
    proof = a_new_proof()
    user, principal = await an_old_login(world, proof)
    departed = await world.traveller.leave_to_prove(principal)
    await stored_second_factor(world.storage, user)

    assert await failure_of(world, departed, freshly(world, proof)) == "refused"
    with pytest.raises(ReauthenticationRequired) as refused:
        await world.traveller.leave_to_prove(principal)
    assert refused.value.methods == ("totp", "recovery_code")
    owner = await stored_user(world.storage)
    await world.traveller.connect(await world.signed_in(owner), a_new_proof())
    with pytest.raises(ReauthenticationRequired) as refused:
        await world.traveller.leave_to_prove(await world.signed_in(owner))
    assert refused.value.methods == ("password",)


async def test_passkey_is_offered_next_to_the_provider(world: World) -> None:
    user, principal = await an_old_login(world, a_new_proof())
    await stored_passkey(world.storage, user.id)

    assert tuple(await world.services.reauthentication.methods(principal.user_id)) == ("provider", "passkey")


async def test_provider_that_cannot_ask_again_is_not_offered_and_its_sign_in_is_the_proof(storage: Storage) -> None:
    shown = IdentityProvider(name="example", label="Example", issuer=ISSUER, can_reauthenticate=False)
    world = World(storage, KnownProviders(shown=shown))
    proof = a_new_proof()
    user, principal = await an_old_login(world, proof)

    assert await world.services.reauthentication.methods(user.id) == ()
    with pytest.raises(ReauthenticationRequired):
        await world.traveller.leave_to_prove(principal)
    await world.traveller.sign_in(freshly(world, proof, HOUR))
    newest = (await world.storage.logins.active(user.id, world.clock.now(), 1))[0]
    assert await is_proved(world, user, user.principal(newest.id))


async def test_sign_in_counts_as_a_proof_from_when_the_provider_asked_for_it(world: World) -> None:
    proof = a_new_proof()
    user = (await world.traveller.sign_in(freshly(world, proof, HOUR))).user
    stale = (await world.storage.logins.active(user.id, world.clock.now(), 1))[0]
    world.clock.advance(timedelta(seconds=1))
    await world.traveller.sign_in(freshly(world, proof))
    fresh = (await world.storage.logins.active(user.id, world.clock.now(), 1))[0]

    assert not await is_proved(world, user, user.principal(stale.id))
    assert await is_proved(world, user, user.principal(fresh.id))
