"""Connecting and disconnecting identities."""

import pytest

from builders import a_login, principal_of, stored_login, stored_user
from contracts.harness import at_once
from contracts.provider_world import OTHER_ISSUER, World, a_new_proof, failure_of, number
from known_providers import KnownProviders
from marketplace.core.domain.identities import MAX_IDENTITIES, IdentityProvider
from marketplace.core.domain.tokens import Claims
from marketplace.core.errors import ImpersonatedReadOnly, NotFound
from marketplace.core.errors.identities import LastWayIn, SignInFailed
from marketplace.core.ports.storage import Storage


@pytest.fixture
def world(storage: Storage) -> World:
    return World(storage)


async def test_of_two_people_who_connect_the_same_identity_one_has_it(world: World) -> None:
    proof, people = a_new_proof(), [await stored_user(world.storage) for _ in range(4)]
    principals = [await world.signed_in(each) for each in people]

    outcome = await at_once(world.traveller.connect(each, proof) for each in principals)

    assert (len(outcome.done), outcome.reasons()) == (1, {"SignInFailed": 3})
    assert {error.failure for error in outcome.refused if isinstance(error, SignInFailed)} == {"taken"}


async def test_connecting_needs_the_login_that_began_it(world: World) -> None:
    account, proof = await stored_user(world.storage), a_new_proof()
    principal = await world.signed_in(account)
    departed = await world.traveller.leave(principal)
    await world.services.logins.end(principal, principal.family_id)

    assert await failure_of(world, departed, proof) == "signed_out"
    departed = await world.traveller.leave(await world.signed_in(account))
    await world.services.users.set_active(account.id, is_active=False)
    assert await failure_of(world, departed, proof) == "signed_out"
    assert await world.owner_of(proof) is None


async def test_staff_who_impersonate_someone_connect_and_disconnect_nothing(world: World) -> None:
    proof = a_new_proof()
    account = (await world.traveller.sign_in(proof)).user
    staff = await stored_user(world.storage, is_staff=True)
    own = await stored_login(world.storage, staff, number())
    viewing = a_login(account, impersonated_from=own.id)
    async with world.storage.unit_of_work() as tx:
        await tx.tokens.add_impersonation(viewing)
    found = await world.storage.principals.find(Claims(user_id=viewing.user_id, family_id=viewing.id))
    assert found is not None

    with pytest.raises(ImpersonatedReadOnly):
        await world.traveller.leave(found)
    identity = (await world.storage.identities.of_user(account.id))[0]
    with pytest.raises(ImpersonatedReadOnly):
        await world.services.identities.disconnect(found, identity.id)
    departed = await world.traveller.leave(account.principal(viewing.id))
    assert await failure_of(world, departed, a_new_proof()) == "signed_out"


async def test_connecting_again_changes_nothing_and_has_a_limit(world: World) -> None:
    account = await stored_user(world.storage)
    principal = await world.signed_in(account)
    proofs = [a_new_proof() for _ in range(MAX_IDENTITIES)]
    for proof in (*proofs, proofs[0]):
        await world.traveller.connect(principal, proof)

    assert len(await world.storage.identities.of_user(account.id)) == MAX_IDENTITIES
    assert await failure_of(world, await world.traveller.leave(principal), a_new_proof()) == "too_many"


async def test_last_way_in_cannot_be_removed(world: World) -> None:
    account = (await world.traveller.sign_in(a_new_proof())).user
    principal = principal_of(account)
    first = (await world.storage.identities.of_user(account.id))[0]

    with pytest.raises(LastWayIn):
        await world.services.identities.disconnect(principal, first.id)
    await world.traveller.connect(await world.signed_in(account), a_new_proof())
    await world.services.identities.disconnect(principal, first.id)
    with pytest.raises(NotFound):
        await world.services.identities.disconnect(principal, first.id)
    (second,) = await world.storage.identities.of_user(account.id)
    with pytest.raises(LastWayIn):
        await world.services.identities.disconnect(principal, second.id)
    with pytest.raises(NotFound):
        await world.services.identities.disconnect(principal_of(await stored_user(world.storage)), second.id)


async def test_of_two_that_are_removed_at_once_one_way_in_stays(world: World) -> None:
    account = (await world.traveller.sign_in(a_new_proof())).user
    await world.traveller.connect(await world.signed_in(account), a_new_proof())
    both = await world.storage.identities.of_user(account.id)

    outcome = await at_once(world.services.identities.disconnect(principal_of(account), each.id) for each in both)

    assert (len(outcome.done), outcome.reasons()) == (1, {"LastWayIn": 1})
    assert len(await world.storage.identities.of_user(account.id)) == 1


async def test_identity_of_a_provider_that_is_no_longer_offered_is_no_way_in(world: World) -> None:
    account = (await world.traveller.sign_in(a_new_proof())).user
    former = (await world.storage.identities.of_user(account.id))[0]
    other = IdentityProvider(name="example", label="Example", issuer=OTHER_ISSUER)
    later = World(world.storage, KnownProviders(shown=other), world.clock)
    proof = a_new_proof(issuer=OTHER_ISSUER)
    await later.traveller.connect(await world.signed_in(account), proof)
    offered = next(each for each in await world.storage.identities.of_user(account.id) if each.id != former.id)

    with pytest.raises(LastWayIn):
        await later.services.identities.disconnect(principal_of(account), offered.id)
    await later.services.identities.disconnect(principal_of(account), former.id)
