from datetime import timedelta
from uuid import uuid4

import pytest

from builders import (
    ADDRESSES,
    PASSWORD,
    REFRESH_TTL,
    Services,
    a_login,
    a_message,
    principal_of,
    stored_login,
    stored_user,
)
from fakes import NOW
from marketplace.core.domain.messages import Message, MessageKind
from marketplace.core.domain.principals import Origin
from marketplace.core.domain.user_agents import browser_of, device_of, system_of
from marketplace.core.domain.users import User
from marketplace.core.errors import NotFound, NotSignedIn
from marketplace.core.ports.account_mails import AccountMail
from marketplace.core.ports.storage import Storage
from staff_services import logged

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
    " Version/26.1 Mobile/15E148 Safari/604.1"
)
EDGE = f"{CHROME} Edg/142.0.0.0".replace("X11; Linux x86_64", "Macintosh; Intel Mac OS X 10_15_7")


@pytest.mark.parametrize(
    ("agent", "browser", "system"),
    [
        (CHROME, "Chrome", "Linux"),
        (FIREFOX, "Firefox", "Windows"),
        (IPHONE, "Safari", "iOS"),
        (EDGE, "Edge", "macOS"),
        (
            "Mozilla/5.0 (Linux; Android 15; SM-S931B) SamsungBrowser/28.0 Chrome/130 Safari/537.36",
            "Samsung Internet",
            "Android",
        ),
        ("curl/8.14.1", None, None),
        (None, None, None),
    ],
)
def test_browser_and_system_are_read_from_the_user_agent(
    agent: str | None, browser: str | None, system: str | None
) -> None:
    assert (browser_of(agent), system_of(agent)) == (browser, system)


def test_device_is_what_is_known_of_both() -> None:
    assert [device_of(agent) for agent in (FIREFOX, "Firefox/1.0", None)] == ["Firefox on Windows", "Firefox", ""]


@pytest.fixture
async def user(storage: Storage) -> User:
    return await stored_user(storage, email_verified_at=NOW)


async def test_ended_login_is_gone_at_once_and_recorded(services: Services, storage: Storage, user: User) -> None:
    here = (await services.tokens.log_in(user.email, PASSWORD)).tokens
    there = (await services.tokens.log_in(user.email, PASSWORD, Origin(agent=FIREFOX))).tokens
    principal = await services.tokens.authenticate(here.access)
    other = await services.tokens.authenticate(there.access)

    await services.logins.end(principal, other.family_id)

    with pytest.raises(NotSignedIn):
        await services.tokens.authenticate(there.access)
    assert [login.id for login in await services.logins.list(principal)] == [principal.family_id]
    [entry] = [each for each in await logged(storage, ("user", user.id)) if each.action == "login_ended"]
    assert entry.after == {"login": str(other.family_id)}
    with pytest.raises(NotFound):
        await services.logins.end(principal, other.family_id)


async def test_login_of_another_or_of_staff_who_view_as_the_user_cannot_be_ended(
    services: Services, storage: Storage, user: User
) -> None:
    staff = await stored_user(storage, is_staff=True)
    theirs = await stored_login(storage, staff, "a token")
    viewing = a_login(user, impersonated_from=theirs.id)
    async with storage.unit_of_work() as tx:
        await tx.tokens.add_impersonation(viewing)

    assert await services.logins.list(principal_of(user)) == ()
    for login_id in (theirs.id, viewing.id, uuid4()):
        with pytest.raises(NotFound):
            await services.logins.end(principal_of(user), login_id)


async def announced(storage: Storage, user: User) -> list[Message]:
    messages = (await storage.messages.of_user(user.id, 9, None)).items
    return [message for message in messages if message.kind is MessageKind.NEW_SIGN_IN]


async def test_sign_in_from_another_browser_is_announced_with_it(
    services: Services, storage: Storage, user: User
) -> None:
    for agent in (CHROME, CHROME, FIREFOX, CHROME):
        await services.tokens.log_in(user.email, PASSWORD, Origin(agent=agent))

    [message] = await announced(storage, user)
    async with storage.unit_of_work() as tx:
        mail = await services.account_mails.mint(tx, message)
    assert mail == AccountMail(link=ADDRESSES.devices(), device="Firefox on Windows")


async def test_login_that_was_ended_at_once_is_announced_all_the_same(
    services: Services, storage: Storage, user: User
) -> None:
    await services.tokens.log_in(user.email, PASSWORD, Origin(agent=CHROME))
    there = (await services.tokens.log_in(user.email, PASSWORD, Origin(agent=FIREFOX))).tokens
    await services.tokens.log_out(there.refresh)

    [message] = await announced(storage, user)
    async with storage.unit_of_work() as tx:
        mail = await services.account_mails.mint(tx, message)
    assert mail == AccountMail(link=ADDRESSES.devices(), device="Firefox on Windows")


async def test_login_that_is_no_longer_stored_is_announced_without_its_device(
    services: Services, storage: Storage, user: User
) -> None:
    message = a_message(user.id, kind=MessageKind.NEW_SIGN_IN, subject=str(uuid4()))

    async with storage.unit_of_work() as tx:
        mail = await services.account_mails.mint(tx, message)

    assert mail == AccountMail(link=ADDRESSES.devices())


async def test_first_sign_in_and_those_to_an_unverified_address_are_not_announced(
    services: Services, storage: Storage, user: User
) -> None:
    await services.tokens.log_in(user.email, PASSWORD, Origin(agent=CHROME))
    unverified = await stored_user(storage)
    for agent in (CHROME, FIREFOX):
        await services.tokens.log_in(unverified.email, PASSWORD, Origin(agent=agent))

    assert await announced(storage, user) == []
    assert await announced(storage, unverified) == []


async def test_browser_is_known_as_long_as_its_login_is_stored(
    services: Services, storage: Storage, user: User
) -> None:
    await services.tokens.log_in(user.email, PASSWORD, Origin(agent=CHROME))
    services.clock.at = NOW + REFRESH_TTL + timedelta(days=1)
    await services.tokens.log_in(user.email, PASSWORD, Origin(agent=CHROME))
    await services.tokens.log_in(user.email, PASSWORD, Origin(agent=FIREFOX))

    assert len(await announced(storage, user)) == 1
