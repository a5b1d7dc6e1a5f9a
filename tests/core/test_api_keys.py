import re
import zlib
from dataclasses import replace
from datetime import timedelta

import pytest

from api_key_records import a_key, stored_key
from builders import ADDRESSES, Services, a_user, principal_of, services_over, stored_user
from fakes import NOW
from marketplace.core.domain.api_keys import (
    BASE62,
    DEFAULT_KEY_TTL,
    KEPT_AFTER_END,
    KEY_PATTERN,
    KEY_SCOPES,
    MAX_KEY_TTL,
    USE_INTERVAL,
    api_key_hash,
    is_well_formed,
    new_api_key,
)
from marketplace.core.domain.messages import MessageKind
from marketplace.core.domain.users import User
from marketplace.core.errors import Busy, ImpersonatedReadOnly, Invalid, MissingScope, NotSignedIn
from marketplace.core.ports.account_mails import AccountMail
from marketplace.core.ports.storage import Storage
from marketplace.core.services.tokens import PRINCIPAL_TTL
from staff_services import logged

SECOND = timedelta(seconds=1)


def test_key_has_256_random_bits_and_a_checksum_that_scanners_can_verify() -> None:
    key = new_api_key()

    assert re.fullmatch(r"mkt_[0-9A-Za-z]{49}", key)
    assert re.fullmatch(KEY_PATTERN, key)
    assert len(BASE62) ** 43 > 2**256
    random, checksum = key[4:47], key[47:]
    assert sum(BASE62.index(digit) * 62**place for place, digit in enumerate(reversed(checksum))) == zlib.crc32(
        random.encode()
    )
    assert key != new_api_key()


def test_key_with_an_altered_character_or_another_length_is_malformed() -> None:
    key = new_api_key()
    altered = [key[:place] + ("0" if key[place] != "0" else "1") + key[place + 1 :] for place in range(4, len(key))]

    assert is_well_formed(key)
    for wrong in (*altered, key[:-1], f"{key}0", f"{key}\n", f" {key}", key.upper(), "mkt_", "", f"mkt_{'é' * 49}"):
        assert not is_well_formed(wrong), wrong


@pytest.fixture
async def user(storage: Storage) -> User:
    return await stored_user(storage, email_verified_at=NOW)


async def test_new_key_is_stored_without_its_secret_and_announced_to_its_owner(
    services: Services, storage: Storage, user: User
) -> None:
    created = await services.api_keys.create(principal_of(user), "Calendar sync", ("read",))

    [key] = await services.api_keys.list_own(principal_of(user))
    assert key == created.key
    assert (key.name, key.scopes, key.expires_at) == ("Calendar sync", ("read",), NOW + DEFAULT_KEY_TTL)
    assert created.secret.startswith(key.start)
    assert created.secret not in repr(created)
    assert await storage.api_keys.find_user(api_key_hash(created.secret), NOW) is not None
    [mail] = [each for each in (await storage.messages.of_user(user.id, 9, None)).items if each.subject == str(key.id)]
    assert mail.kind is MessageKind.API_KEY_CREATED
    async with storage.unit_of_work() as tx:
        found = await services.account_mails.mint(tx, mail)
    assert found == AccountMail(link=f"{ADDRESSES.security()}#api-keys", key_name="Calendar sync")
    [entry] = await logged(storage, ("user", user.id))
    assert (entry.action, entry.actor_id) == ("api_key_created", user.id)
    assert (entry.target_id, entry.after["name"], entry.after["scopes"]) == (user.id, "Calendar sync", ["read"])
    assert created.secret not in repr(entry)


async def test_new_key_is_not_announced_to_an_unverified_address(services: Services, storage: Storage) -> None:
    user = await stored_user(storage)

    await services.api_keys.create(principal_of(user), "Calendar sync", ("read",))

    assert (await storage.messages.of_user(user.id, 9, None)).items == ()


@pytest.mark.parametrize("expires_in", [timedelta(0), -SECOND, MAX_KEY_TTL + SECOND])
async def test_key_expires_within_a_year(services: Services, user: User, expires_in: timedelta) -> None:
    with pytest.raises(Invalid) as refused:
        await services.api_keys.create(principal_of(user), "Calendar sync", ("read",), NOW + expires_in)
    assert set(refused.value.errors) == {"expires_at"}


async def test_revoked_key_authenticates_no_request_and_its_revocation_is_logged_once(
    services: Services, storage: Storage, user: User
) -> None:
    created = await services.api_keys.create(principal_of(user), "Calendar sync", ("read",))
    await services.api_keys.authenticate(created.secret)

    await services.api_keys.revoke(principal_of(user), created.key.id)
    await services.api_keys.revoke(principal_of(user), created.key.id)

    with pytest.raises(NotSignedIn):
        await services.api_keys.authenticate(created.secret)
    actions = [entry.action for entry in await logged(storage, ("user", user.id))]
    assert actions == ["api_key_created", "api_key_revoked"]


async def test_malformed_key_is_refused_without_a_look_up(services: Services, storage: Storage, user: User) -> None:
    key = await stored_key(storage, user)

    with pytest.raises(NotSignedIn):
        await services.api_keys.authenticate(f"{key.secret[:-1]}{'0' if key.secret[-1] != '0' else '1'}")


async def test_principal_of_a_key_is_remembered_as_long_as_that_of_a_login(
    services: Services, storage: Storage, user: User
) -> None:
    key = await stored_key(storage, user)
    await services.api_keys.authenticate(key.secret)
    async with storage.unit_of_work() as tx:
        await tx.api_keys.revoke_all(user.id, NOW)

    services.clock.advance(PRINCIPAL_TTL - timedelta(milliseconds=1))
    assert (await services.api_keys.authenticate(key.secret)).user_id == user.id
    with pytest.raises(NotSignedIn):
        await services.api_keys.authenticate(key.secret, fresh=True)
    services.clock.advance(timedelta(milliseconds=1))
    with pytest.raises(NotSignedIn):
        await services.api_keys.authenticate(key.secret)


async def test_use_of_a_key_is_recorded_to_the_minute(services: Services, storage: Storage, user: User) -> None:
    key = await stored_key(storage, user)
    seen = []
    for step in (timedelta(0), USE_INTERVAL - SECOND, SECOND):
        services.clock.advance(step)
        await services.api_keys.authenticate(key.secret)
        [listed] = await services.api_keys.list_own(principal_of(user))
        seen.append(listed.last_used_at)

    assert seen == [NOW, NOW, NOW + USE_INTERVAL]


async def test_request_succeeds_although_the_use_of_its_key_cannot_be_recorded(storage: Storage, user: User) -> None:
    class BusyWhenNoted:
        of_user, find_user = storage.api_keys.of_user, storage.api_keys.find_user

        async def note_use(self, *_: object) -> None:
            raise Busy

    services = services_over(replace(storage, api_keys=BusyWhenNoted()))
    key = await stored_key(storage, user)

    assert (await services.api_keys.authenticate(key.secret)).key_id == key.key.id


async def test_neither_keys_nor_impersonators_create_or_revoke_keys(
    services: Services, storage: Storage, user: User
) -> None:
    key = await stored_key(storage, user)
    by_key = await services.api_keys.authenticate(key.secret)
    staff = await stored_user(storage, is_staff=True)
    seen = replace(principal_of(user), impersonator_id=staff.id)

    for principal, error in ((by_key, MissingScope), (seen, ImpersonatedReadOnly)):
        with pytest.raises(error):
            await services.api_keys.create(principal, "Another", KEY_SCOPES)
        with pytest.raises(error):
            await services.api_keys.revoke(principal, key.key.id)


async def test_keys_are_purged_90_days_after_their_end(services: Services, storage: Storage, user: User) -> None:
    key = await stored_key(storage, user, expires_at=NOW)

    services.clock.advance(KEPT_AFTER_END - SECOND)
    await services.api_keys.purge()
    assert await services.api_keys.list_own(principal_of(user)) == (key.key,)
    services.clock.advance(SECOND)
    await services.api_keys.purge()

    assert await services.api_keys.list_own(principal_of(user)) == ()


def test_key_is_revoked_once() -> None:
    key = a_key(a_user()).key
    revoked = key.revoked(NOW)

    assert (key.is_live(NOW), revoked.is_live(NOW)) == (True, False)
    assert revoked.revoked(NOW + SECOND) == revoked
    assert not key.is_live(key.expires_at)
