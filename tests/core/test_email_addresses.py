from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from builders import ADDRESSES, PASSWORD, Services, principal_of, services_over, stored_login, stored_user
from due_jobs import run_due
from fakes import NOW
from marketplace.core.domain.email_tokens import TOKEN_TTL
from marketplace.core.domain.messages import Message, MessageKind
from marketplace.core.domain.password_resets import reset_token_hash
from marketplace.core.domain.principals import UNKNOWN_ORIGIN, Origin
from marketplace.core.domain.rate_limits import FORGOTTEN_PASSWORD_TO
from marketplace.core.domain.users import User
from marketplace.core.errors import (
    BadCredentials,
    BadEmailToken,
    BadRefreshToken,
    BadResetToken,
    EmailTaken,
    Invalid,
    NotSignedIn,
)
from marketplace.core.ports.account_mails import AccountMail
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.unit_of_work import Transaction
from staff_services import logged

NEW_PASSWORD = "battery staple"
NEW_ADDRESS = "augusta@example.org"
KINDS = {
    "verify": MessageKind.VERIFY_EMAIL,
    "reset": MessageKind.PASSWORD_RESET,
    "change": MessageKind.EMAIL_CHANGE,
}


@pytest.fixture
async def user(storage: Storage) -> User:
    return await stored_user(storage, email="ada@example.org", username="Ada")


async def messages_to(storage: Storage, user: User) -> list[Message]:
    return [*(await storage.messages.of_user(user.id, 99, None)).items]


async def newest(storage: Storage, user: User, kind: MessageKind) -> Message:
    return next(message for message in await messages_to(storage, user) if message.kind is kind)


async def mint(services: Services, storage: Storage, message: Message) -> AccountMail | None:
    """Make the link of a message, as when its mail is sent."""
    async with storage.unit_of_work() as tx:
        return await services.account_mails.mint(tx, message)


async def token_of(services: Services, storage: Storage, user: User, kind: MessageKind) -> str:
    mail = await mint(services, storage, await newest(storage, user, kind))
    assert mail is not None
    return mail.link.partition("#")[2]


async def ask(services: Services, storage: Storage, user: User, purpose: str) -> str:
    """Ask for a mail of this purpose and return the token in it."""
    if purpose == "verify":
        await services.email_addresses.request_verification(principal_of(user))
    elif purpose == "change":
        await services.email_addresses.request_change(principal_of(user), email=NEW_ADDRESS, current_password=PASSWORD)
    else:
        await services.email_addresses.request_reset(user.email)
        await look_up(services, storage)
    return await token_of(services, storage, user, KINDS[purpose])


async def look_up(services: Services, storage: Storage) -> None:
    await run_due(storage.job_queue, services.clock.now(), services.handlers())


async def test_link_in_the_mail_verifies_the_address_once(services: Services, storage: Storage, user: User) -> None:
    token = await ask(services, storage, user, "verify")

    verified = await services.email_addresses.verify(token, Origin(address="192.0.2.7"))

    assert (verified.email, verified.is_changed) == ("ada@example.org", False)
    assert (await storage.users.get(user.id)).email_verified_at == NOW
    [entry] = [each for each in await logged(storage, ("user", user.id)) if each.action == "email_verified"]
    assert entry.address == "192.0.2.7"
    with pytest.raises(BadEmailToken):
        await services.email_addresses.verify(token, UNKNOWN_ORIGIN)


async def test_verified_person_gets_no_verification_mail(services: Services, storage: Storage) -> None:
    user = await stored_user(storage, email_verified_at=NOW)

    await services.email_addresses.request_verification(principal_of(user))

    assert await messages_to(storage, user) == []


async def test_verification_mail_that_is_not_needed_anymore_is_not_sent(
    services: Services, storage: Storage, user: User
) -> None:
    await services.email_addresses.request_verification(principal_of(user))
    message = await newest(storage, user, MessageKind.VERIFY_EMAIL)
    await services.email_addresses.verify(await ask(services, storage, user, "verify"), UNKNOWN_ORIGIN)

    assert await mint(services, storage, message) is None


async def test_mail_of_a_registration_verifies_the_address(services: Services, storage: Storage, user: User) -> None:
    message = replace(
        await _a_message_of_registration(services, storage, user), subject=str(user.id), kind=MessageKind.VERIFY_EMAIL
    )
    first, second = await mint(services, storage, message), await mint(services, storage, message)
    assert first is not None
    assert second is not None

    await services.email_addresses.verify(first.link.partition("#")[2], UNKNOWN_ORIGIN)

    assert (await storage.users.get(user.id)).is_email_verified
    assert await mint(services, storage, message) is None


async def _a_message_of_registration(services: Services, storage: Storage, user: User) -> Message:
    await services.email_addresses.request_verification(principal_of(user))
    return await newest(storage, user, MessageKind.VERIFY_EMAIL)


async def test_every_attempt_to_send_a_mail_brings_a_link_that_works(
    services: Services, storage: Storage, user: User
) -> None:
    first = await ask(services, storage, user, "verify")
    second = await token_of(services, storage, user, MessageKind.VERIFY_EMAIL)

    assert first != second
    await services.email_addresses.verify(first, UNKNOWN_ORIGIN)
    with pytest.raises(BadEmailToken):
        await services.email_addresses.verify(second, UNKNOWN_ORIGIN)


@pytest.mark.parametrize("purpose", ["verify", "change"])
async def test_expired_link_does_not_verify(services: Services, storage: Storage, user: User, purpose: Any) -> None:
    token = await ask(services, storage, user, purpose)
    services.clock.at = NOW + TOKEN_TTL[purpose]

    with pytest.raises(BadEmailToken):
        await services.email_addresses.verify(token, UNKNOWN_ORIGIN)


async def test_link_to_an_address_that_was_changed_does_not_verify(
    services: Services, storage: Storage, user: User
) -> None:
    token = await ask(services, storage, user, "verify")
    async with storage.unit_of_work() as tx:
        await tx.users.save(user.with_values(email=NEW_ADDRESS))

    with pytest.raises(BadEmailToken):
        await services.email_addresses.verify(token, UNKNOWN_ORIGIN)


async def test_token_works_for_its_purpose_only(services: Services, storage: Storage, user: User) -> None:
    reset, verify = [await ask(services, storage, user, purpose) for purpose in ("reset", "verify")]

    with pytest.raises(BadEmailToken):
        await services.email_addresses.verify(reset, UNKNOWN_ORIGIN)
    with pytest.raises(BadResetToken):
        await services.resets.reset(verify, NEW_PASSWORD, UNKNOWN_ORIGIN)


async def test_forgotten_password_is_set_with_the_mailed_link(services: Services, storage: Storage, user: User) -> None:
    login = await services.tokens.log_in(user.email, PASSWORD)
    token = await ask(services, storage, user, "reset")

    await services.resets.reset(token, NEW_PASSWORD, UNKNOWN_ORIGIN)

    assert (await services.tokens.log_in(user.email, NEW_PASSWORD)).user.id == user.id
    with pytest.raises(BadCredentials):
        await services.tokens.log_in(user.email, PASSWORD)
    with pytest.raises(BadRefreshToken):
        await services.tokens.refresh(login.tokens.refresh)
    with pytest.raises(BadResetToken):
        await services.resets.reset(token, PASSWORD, UNKNOWN_ORIGIN)


async def test_mailed_reset_link_verifies_the_address_too(services: Services, storage: Storage, user: User) -> None:
    token = await ask(services, storage, user, "reset")

    await services.resets.reset(token, NEW_PASSWORD, UNKNOWN_ORIGIN)

    assert (await storage.users.get(user.id)).email_verified_at == NOW


@pytest.mark.parametrize("purpose", ["reset", "change"])
async def test_links_die_when_the_password_changes(
    services: Services, storage: Storage, user: User, purpose: str
) -> None:
    token = await ask(services, storage, user, purpose)

    await services.users.change_password(principal_of(user), current_password=PASSWORD, new_password=NEW_PASSWORD)

    with pytest.raises(BadResetToken):
        await services.resets.reset(token, "another password", UNKNOWN_ORIGIN)
    with pytest.raises(BadEmailToken):
        await services.email_addresses.verify(token, UNKNOWN_ORIGIN)


async def test_reset_link_that_expired_or_is_of_a_deactivated_account_does_not_work(
    services: Services, storage: Storage, user: User
) -> None:
    token = await ask(services, storage, user, "reset")
    await services.users.set_active(user.id, is_active=False)
    with pytest.raises(BadResetToken):
        await services.resets.reset(token, NEW_PASSWORD, UNKNOWN_ORIGIN)
    await services.users.set_active(user.id, is_active=True)
    with pytest.raises(BadResetToken):
        await services.resets.reset(token, NEW_PASSWORD, UNKNOWN_ORIGIN)

    late = await ask(services, storage, user, "reset")
    services.clock.at = NOW + TOKEN_TTL["reset"]
    with pytest.raises(BadResetToken):
        await services.resets.reset(late, NEW_PASSWORD, UNKNOWN_ORIGIN)


async def test_common_password_is_refused_and_the_link_still_works(
    services: Services, storage: Storage, user: User
) -> None:
    token = await ask(services, storage, user, "reset")

    with pytest.raises(Invalid):
        await services.resets.reset(token, "ada@example.org", UNKNOWN_ORIGIN)

    await services.resets.reset(token, NEW_PASSWORD, UNKNOWN_ORIGIN)


@dataclass
class Calls:
    """Records every method called on the ports of transactions."""

    storage: Storage
    made: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[Transaction]:
        async with self.storage.unit_of_work() as tx:
            yield _Recorded(tx, "tx", self.made)


class _Recorded:
    def __init__(self, port: object, name: str, made: list[str]) -> None:
        self._port, self._name, self._made = port, name, made

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if self._name == "tx":
            return _Recorded(found, name, self._made)
        self._made.append(f"{self._name}.{name}")
        return found


class NoDirectory:
    """Accounts that cannot be read."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


@pytest.mark.parametrize("email", ["ada@example.org", "unknown@example.org"])
async def test_request_for_a_forgotten_password_does_the_same_work_whether_or_not_an_account_exists(
    storage: Storage, user: User, email: str
) -> None:
    calls = Calls(storage)
    watched = replace(storage, users=NoDirectory())
    services = services_over(watched, unit_of_work=calls.unit_of_work)

    await services.email_addresses.request_reset(email)

    assert calls.made == ["email_requests.add", "jobs.enqueue"]
    assert await messages_to(storage, user) == []


@pytest.mark.parametrize("email", ["ADA@example.org", "unknown@example.org", "inactive@example.org"])
async def test_only_the_active_account_with_the_address_gets_a_reset_mail(
    services: Services, storage: Storage, user: User, email: str
) -> None:
    inactive = await stored_user(storage, email="inactive@example.org", is_active=False)

    await services.email_addresses.request_reset(email)
    await look_up(services, storage)
    await look_up(services, storage)

    assert [each.kind for each in await messages_to(storage, user)] == (
        [MessageKind.PASSWORD_RESET] if email == "ADA@example.org" else []
    )
    assert await messages_to(storage, inactive) == []


async def test_lookup_that_runs_twice_sends_one_mail(services: Services, storage: Storage, user: User) -> None:
    await services.email_addresses.request_reset(user.email)
    await look_up(services, storage)
    [message] = await messages_to(storage, user)
    assert message.kind is MessageKind.PASSWORD_RESET

    await services.email_addresses.find_forgetful(_id_of(message))
    await services.email_addresses.find_forgetful(None)

    assert await messages_to(storage, user) == [message]


async def test_forgotten_passwords_of_one_account_are_limited_over_all_networks_silently(
    services: Services, storage: Storage, user: User
) -> None:
    other = await stored_user(storage, email="other@example.org")
    for email in ["ADA@example.org", "ada@example.org"] * 2 + ["other@example.org"]:
        await services.email_addresses.request_reset(email)
    await look_up(services, storage)

    assert len(await messages_to(storage, user)) == FORGOTTEN_PASSWORD_TO.maximum == 3
    assert len(await messages_to(storage, other)) == 1
    entries = [entry.action for entry in await logged(storage, ("user", user.id))]
    assert entries.count("password_reset_requested") == 3

    services.clock.at = NOW + FORGOTTEN_PASSWORD_TO.span
    await services.email_addresses.request_reset(user.email)
    await look_up(services, storage)
    assert len(await messages_to(storage, user)) == 4


def test_last_mail_of_a_forgotten_password_works_until_the_next_may_be_sent() -> None:
    assert TOKEN_TTL["reset"] >= FORGOTTEN_PASSWORD_TO.span


def _id_of(message: Message) -> Any:
    return type(message.user_id)(message.subject)


async def test_address_changes_only_when_the_new_one_is_confirmed(
    services: Services, storage: Storage, user: User
) -> None:
    await services.email_addresses.request_change(principal_of(user), email=NEW_ADDRESS, current_password=PASSWORD)
    mail = await mint(services, storage, await newest(storage, user, MessageKind.EMAIL_CHANGE))
    assert mail is not None
    assert mail.to == NEW_ADDRESS
    assert await storage.users.get(user.id) == user

    verified = await services.email_addresses.verify(mail.link.partition("#")[2], UNKNOWN_ORIGIN)

    assert (verified.email, verified.is_changed) == (NEW_ADDRESS, True)
    changed = await storage.users.get(user.id)
    assert (changed.email, changed.email_verified_at) == (NEW_ADDRESS, NOW)


async def test_reader_of_the_former_address_is_notified_of_a_change_if_it_was_verified(
    services: Services, storage: Storage
) -> None:
    verified, unverified = await stored_user(storage, email_verified_at=NOW), await stored_user(storage)
    for user, address in ((verified, NEW_ADDRESS), (unverified, "grace@example.org")):
        await services.email_addresses.request_change(principal_of(user), email=address, current_password=PASSWORD)
        token = await token_of(services, storage, user, MessageKind.EMAIL_CHANGE)
        await services.email_addresses.verify(token, UNKNOWN_ORIGIN)

    mail = await mint(services, storage, await newest(storage, verified, MessageKind.EMAIL_CHANGED))
    assert mail == AccountMail(link=ADDRESSES.contact(), to=verified.email)
    assert MessageKind.EMAIL_CHANGED not in {each.kind for each in await messages_to(storage, unverified)}


async def test_address_that_staff_set_ends_a_requested_change(services: Services, storage: Storage, user: User) -> None:
    token = await ask(services, storage, user, "change")
    staff = principal_of(await stored_user(storage, is_staff=True))

    await services.user_admin.change(staff, user.id, {"first_name": "Ada", "email": user.email.upper()}, "")
    assert await storage.email_tokens.find(reset_token_hash(token)) is not None
    await services.user_admin.change(staff, user.id, {"email": "owner@example.org"}, "Got the account back.")

    with pytest.raises(BadEmailToken):
        await services.email_addresses.verify(token, UNKNOWN_ORIGIN)
    assert (await storage.users.get(user.id)).email == "owner@example.org"


async def test_reader_of_the_former_address_is_notified_of_one_that_staff_set(
    services: Services, storage: Storage
) -> None:
    staff = principal_of(await stored_user(storage, is_staff=True))
    verified, unverified = await stored_user(storage, email_verified_at=NOW), await stored_user(storage)
    await services.user_admin.change(staff, verified.id, {"email": verified.email.upper()}, "")
    assert await messages_to(storage, verified) == []

    for user, address in ((verified, NEW_ADDRESS), (unverified, "grace@example.org")):
        await services.user_admin.change(staff, user.id, {"email": address}, "Asked by phone.")

    mail = await mint(services, storage, await newest(storage, verified, MessageKind.EMAIL_CHANGED))
    assert mail is not None
    assert (mail.link, mail.to) == (ADDRESSES.contact(), verified.email.upper())
    assert await messages_to(storage, unverified) == []


async def test_only_the_newest_requested_change_works(services: Services, storage: Storage, user: User) -> None:
    first = await ask(services, storage, user, "change")
    second = await ask(services, storage, user, "change")

    with pytest.raises(BadEmailToken):
        await services.email_addresses.verify(first, UNKNOWN_ORIGIN)
    await services.email_addresses.verify(second, UNKNOWN_ORIGIN)


async def test_changed_address_ends_links_to_the_former_one(services: Services, storage: Storage, user: User) -> None:
    reset = await ask(services, storage, user, "reset")
    verify = await ask(services, storage, user, "verify")

    await services.email_addresses.verify(await ask(services, storage, user, "change"), UNKNOWN_ORIGIN)

    with pytest.raises(BadResetToken):
        await services.resets.reset(reset, NEW_PASSWORD, UNKNOWN_ORIGIN)
    with pytest.raises(BadEmailToken):
        await services.email_addresses.verify(verify, UNKNOWN_ORIGIN)


@pytest.mark.parametrize(
    ("email", "password", "fields"),
    [
        (NEW_ADDRESS, "wrong", {"current_password"}),
        ("Ada@Example.org", PASSWORD, {"email"}),
        ("ada@localhost.localhost", "wrong", {"email", "current_password"}),
        ("not an address", PASSWORD, {"email"}),
    ],
)
async def test_change_of_address_needs_another_one_that_can_exist_and_the_password(
    services: Services, storage: Storage, user: User, email: str, password: str, fields: set[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        await services.email_addresses.request_change(principal_of(user), email=email, current_password=password)

    assert set(refused.value.errors) == fields
    assert await messages_to(storage, user) == []


async def test_address_of_another_account_is_taken_when_asked_for_and_when_confirmed(
    services: Services, storage: Storage, user: User
) -> None:
    token = await ask(services, storage, user, "change")
    await stored_user(storage, email=NEW_ADDRESS.upper())

    with pytest.raises(EmailTaken):
        await services.email_addresses.request_change(principal_of(user), email=NEW_ADDRESS, current_password=PASSWORD)
    with pytest.raises(EmailTaken):
        await services.email_addresses.verify(token, UNKNOWN_ORIGIN)


async def test_deactivated_person_cannot_request_mails(storage: Storage, services: Services) -> None:
    user = await stored_user(storage, is_active=False)

    with pytest.raises(NotSignedIn):
        await services.email_addresses.request_verification(principal_of(user))
    with pytest.raises(NotSignedIn):
        await services.email_addresses.request_change(principal_of(user), email=NEW_ADDRESS, current_password=PASSWORD)


async def test_old_requests_are_deleted_with_their_tokens(services: Services, storage: Storage, user: User) -> None:
    token = await ask(services, storage, user, "verify")
    services.clock.at = NOW + timedelta(days=8)

    await services.email_addresses.purge()

    with pytest.raises(BadEmailToken):
        await services.email_addresses.verify(token, UNKNOWN_ORIGIN)


async def test_tokens_appear_neither_in_the_log_nor_in_a_representation(
    services: Services, storage: Storage, user: User
) -> None:
    token = await ask(services, storage, user, "change")
    mail = await mint(services, storage, await newest(storage, user, MessageKind.EMAIL_CHANGE))

    assert token not in repr(mail)
    assert token not in repr(await logged(storage, ("user", user.id)))


@pytest.mark.parametrize("email", ["ada@example.test", "ada..byron@example.org", "ada@example.localhost"])
async def test_registration_refuses_an_address_that_cannot_exist_with_the_reason(
    services: Services, email: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await services.users.register(email=email, username="byron", password=PASSWORD)

    [sentence] = refused.value.errors["email"]
    assert sentence.endswith(".")


async def test_existing_account_with_such_an_address_signs_in_as_before(services: Services, storage: Storage) -> None:
    user = await stored_user(storage, email="ada@old.test")
    await stored_login(storage, user, "a token")

    assert (await services.tokens.log_in("ada@old.test", PASSWORD)).user == user
    changed = await services.users.change_profile(principal_of(user), {"first_name": "Augusta"})
    assert changed.email == "ada@old.test"
