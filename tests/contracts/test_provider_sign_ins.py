"""Who may sign in to which account by what an identity provider says."""

from itertools import product
from typing import Any, Literal

import pytest

from api_key_records import stored_key
from builders import PASSWORD, principal_of, stored_second_factor, stored_user
from contracts.provider_world import World, a_mailbox, a_new_proof, failure_of, reset_token
from fakes import NOW
from known_providers import ISSUER, a_proof
from marketplace.core.domain.messages import MessageKind
from marketplace.core.domain.principals import UNKNOWN_ORIGIN
from marketplace.core.domain.tokens import SignedIn
from marketplace.core.domain.users import User
from marketplace.core.errors import BadCredentials
from marketplace.core.errors.second_factors import SecondFactorRequired
from marketplace.core.ports.storage import Storage
from passkey_records import stored_passkey
from staff_services import logged

Local = Literal["unverified", "verified", "none"]


THE_NEW_PASSWORD = "battery staple of the owner"


Claim = Literal["true", "false", "missing", "changed"]


Signed = Literal["out", "in as the owner", "in as another"]


CLAIMS: dict[Claim, dict[str, object]] = {
    "true": {"is_email_verified": True},
    "false": {"is_email_verified": False},
    "missing": {"email": None, "is_email_verified": False},
    "changed": {"is_email_verified": True},
}


@pytest.fixture
def world(storage: Storage) -> World:
    return World(storage)


def expected(local: Local, claim: Claim, signed: Signed) -> str:
    """Return whose account the identity signs in to, or why it does not."""
    if signed != "out":
        return "taken" if claim == "changed" else "the person who is signed in"
    if claim == "changed":
        return "the former account"
    if claim != "true":
        return "email_unverified"
    return {"unverified": "address_in_use", "verified": "the account of the mailbox", "none": "a new account"}[local]


@pytest.mark.parametrize(
    ("local", "claim", "signed"),
    [
        case
        for case in product(
            ("unverified", "verified", "none"),
            ("true", "false", "missing", "changed"),
            ("out", "in as the owner", "in as another"),
        )
        if case[0] != "none" or case[2] != "in as the owner"
    ],
)
async def test_identity_is_connected_only_by_its_owner_or_two_proofs_of_one_mailbox(
    world: World, local: Local, claim: Claim, signed: Signed
) -> None:
    mailbox, storage = a_mailbox(), world.storage
    proof = a_new_proof(**{"email": mailbox} | CLAIMS[claim])
    verified_at = NOW if local == "verified" else None
    owner = None if local == "none" else await stored_user(storage, email=mailbox, email_verified_at=verified_at)
    another = await stored_user(storage)
    former = None
    if claim == "changed":
        former = (await world.traveller.sign_in(a_proof(proof.subject, email=a_mailbox()))).user
    person = {"out": None, "in as the owner": owner, "in as another": another}[signed]
    departed = await world.traveller.leave(None if person is None else await world.signed_in(person))
    accounts = {
        "the person who is signed in": person,
        "the former account": former,
        "the account of the mailbox": owner,
    }
    said = expected(local, claim, signed)

    if said in {*accounts, "a new account"}:
        login = await world.traveller.come_back(departed, proof)
        account = accounts.get(said) or await storage.users.find_by_email(mailbox)
        assert account is not None
        assert (login is None) == (signed != "out")
        assert login is None or login.user.id == account.id
        assert await world.owner_of(proof) == account
    else:
        assert await failure_of(world, departed, proof) == said
        assert await world.owner_of(proof) == former

    now_owner = await storage.users.find_by_email(mailbox)
    assert owner is None or now_owner == owner
    assert (now_owner is not None) == (owner is not None or said == "a new account")
    if owner is not None and said != "the account of the mailbox":
        assert await storage.logins.active(owner.id, NOW, 10) == (
            () if signed != "in as the owner" else await storage.logins.active(owner.id, NOW, 1)
        )
    if former is not None:
        assert (await storage.users.get(former.id)).email == former.email


async def test_new_account_has_a_verified_address_and_no_password(world: World) -> None:
    proof = a_new_proof(first_name="Grace", last_name="Hopper")

    user = (await world.traveller.sign_in(proof, time_zone="Europe/Madrid", locale="es")).user

    assert (user.email, user.email_verified_at, user.has_password) == (proof.email, NOW, False)
    assert (user.first_name, user.last_name, user.role) == ("Grace", "Hopper", "user")
    assert (user.time_zone, user.locale) == ("Europe/Madrid", "es")
    assert user.username.startswith("grace.hopper")
    assert await world.storage.users.get(user.id) == user
    actions = [entry.action for entry in await logged(world.storage, ("user", user.id))]
    assert sorted(actions) == ["identity_connected", "registered", "signed_in"]
    again = await world.traveller.sign_in(proof)
    assert again.user.id == user.id


@pytest.mark.parametrize("email", ["ada@localhost", "no address", "ada@example.org\n", "ada@exam ple.org"])
async def test_address_that_no_account_can_have_makes_no_account(world: World, email: str) -> None:
    proof = a_new_proof(email=email)

    assert await failure_of(world, await world.traveller.leave(), proof) == "email_unverified"
    assert await world.owner_of(proof) is None


async def test_names_that_no_account_can_have_are_left_out(world: World) -> None:
    user = (await world.traveller.sign_in(a_new_proof(first_name="A\u202eda", last_name="x" * 151))).user

    assert (user.first_name, user.last_name) == ("", "")


async def test_account_without_a_password_is_refused_like_a_wrong_password_and_can_set_one(world: World) -> None:
    user = (await world.traveller.sign_in(a_new_proof())).user

    for password in ("!", "", PASSWORD):
        with pytest.raises(BadCredentials):
            await world.services.tokens.log_in(user.email, password)


async def test_connecting_tells_the_owner_by_mail_and_the_audit_log(world: World) -> None:
    proof = a_new_proof()
    owner = await stored_user(world.storage, email=proof.email, email_verified_at=NOW)

    await world.traveller.sign_in(proof)

    assert MessageKind.SECURITY_CHANGED in await world.kinds_of_mail_to(owner)
    entries = {entry.action: entry for entry in await logged(world.storage, ("user", owner.id))}
    assert entries["identity_connected"].after == {"issuer": ISSUER}
    identity = (await world.services.identities.list(principal_of(owner)))[0]
    await world.services.identities.disconnect(principal_of(owner), identity.id)
    entries = {entry.action: entry for entry in await logged(world.storage, ("user", owner.id))}
    assert entries["identity_disconnected"].before == {"issuer": ISSUER}
    assert (await world.kinds_of_mail_to(owner)).count(MessageKind.SECURITY_CHANGED) == 2


async def test_password_of_an_owner_who_proved_the_mailbox_stays(world: World) -> None:
    proof = a_new_proof()
    owner = await stored_user(world.storage, email=proof.email, email_verified_at=NOW)

    await world.traveller.sign_in(proof)

    assert (await world.services.tokens.log_in(owner.email, PASSWORD)).user.id == owner.id


@pytest.mark.parametrize("rights", [{"is_staff": True}, {"is_staff": True, "is_superuser": True}])
async def test_account_of_staff_is_connected_only_by_its_owner(world: World, rights: dict[str, bool]) -> None:
    proof = a_new_proof()
    staff = await stored_user(world.storage, email=proof.email, email_verified_at=NOW, **rights)

    assert await failure_of(world, await world.traveller.leave(), proof) == "address_in_use"
    await world.traveller.connect(await world.signed_in(staff), proof)
    assert (await world.traveller.sign_in(proof)).user.id == staff.id


async def test_deactivated_account_is_not_signed_in_to(world: World) -> None:
    proof = a_new_proof()
    user = (await world.traveller.sign_in(proof)).user
    await world.services.users.set_active(user.id, is_active=False)

    assert await failure_of(world, await world.traveller.leave(), proof) == "account_inactive"
    assert await failure_of(world, await world.traveller.leave(), a_new_proof(email=user.email)) == "account_inactive"


async def test_who_registered_with_anothers_address_keeps_no_way_in_once_its_owner_sets_a_password(
    world: World,
) -> None:
    mailbox, thief = a_mailbox(), a_new_proof()
    account = await stored_user(world.storage, email=mailbox)
    await world.traveller.connect(await world.signed_in(account), thief)
    await stored_passkey(world.storage, account.id)
    key = await stored_key(world.storage, account)
    feed = await world.services.calendars.feed(principal_of(account))

    await reset_by_mail(world, account)

    assert await world.owner_of(thief) is None
    assert await world.storage.passkeys.of_user(account.id) == ()
    assert await world.storage.api_keys.find_user(key.hash, NOW) is None
    assert (await world.services.calendars.feed(principal_of(account))).token != feed.token
    proof = a_new_proof(email=mailbox)
    assert (await world.traveller.sign_in(proof)).user.id == account.id


async def reset_by_mail(world: World, account: User) -> SignedIn:
    """Set a new password by the mail to the account's address, and sign in with it."""
    await world.services.email_addresses.request_reset(account.email)
    await world.services.resets.reset(await reset_token(world, account), THE_NEW_PASSWORD, UNKNOWN_ORIGIN)
    return await world.services.tokens.log_in(account.email, THE_NEW_PASSWORD)


@pytest.mark.parametrize("started", [{}, {"confirmed_at": None}])
async def test_second_factor_of_who_registered_with_anothers_address_does_not_lock_its_owner_out(
    world: World, started: dict[str, Any]
) -> None:
    account = await stored_user(world.storage, email=a_mailbox())
    await stored_second_factor(world.storage, account, **started)

    await reset_by_mail(world, account)

    assert (await world.storage.second_factors.state(account.id)).since is None
    entry = next(each for each in await logged(world.storage, ("user", account.id)) if each.action == "password_reset")
    assert entry.before == ({} if started else {"second_factor": True})


@pytest.mark.parametrize("known", [{"email_verified_at": NOW}, {"is_staff": True}])
async def test_second_factor_of_a_proved_address_or_of_staff_outlasts_a_new_password(
    world: World, known: dict[str, Any]
) -> None:
    account = await stored_user(world.storage, email=a_mailbox(), **known)
    await stored_second_factor(world.storage, account)

    with pytest.raises(SecondFactorRequired):
        await reset_by_mail(world, account)


async def test_identity_and_passkey_stay_when_their_owner_forgets_the_password(world: World) -> None:
    proof = a_new_proof()
    account = (await world.traveller.sign_in(proof)).user
    passkey = await stored_passkey(world.storage, account.id)

    await world.services.email_addresses.request_reset(account.email)
    await world.services.resets.reset(await reset_token(world, account), "battery staple", UNKNOWN_ORIGIN)

    assert (await world.storage.users.get(account.id)).has_password
    assert await world.owner_of(proof) is not None
    assert await world.storage.passkeys.of_user(account.id) == (passkey,)
