from datetime import timedelta
from secrets import token_hex
from uuid import uuid4

import pytest

from builders import REFRESH_TTL, a_login, a_message, stored_login, stored_user
from fakes import NOW
from marketplace.core.domain.messages import Message, MessageKind, MessageState
from marketplace.core.domain.principals import Login
from marketplace.core.domain.tokens import refresh_token_hash
from marketplace.core.domain.users import User
from marketplace.core.ports.storage import Storage


async def is_elsewhere(storage: Storage, user: User, agent: str | None, created_at: timedelta = timedelta(0)) -> bool:
    at = NOW + created_at
    login = a_login(user, agent=agent, created_at=at, expires_at=at + REFRESH_TTL)
    async with storage.unit_of_work() as tx:
        return await tx.tokens.add_login(login, refresh_token_hash(token_hex(8)))


async def impersonation(storage: Storage, user: User) -> Login:
    staff = await stored_login(storage, await stored_user(storage, is_staff=True), token_hex(8))
    viewing = a_login(user, impersonated_from=staff.id, agent="staff")
    async with storage.unit_of_work() as tx:
        await tx.tokens.add_impersonation(viewing)
    return viewing


async def test_login_with_another_user_agent_is_elsewhere_unless_it_is_the_first(storage: Storage) -> None:
    user, other = await stored_user(storage), await stored_user(storage)
    await is_elsewhere(storage, other, "firefox")
    await impersonation(storage, user)

    assert [await is_elsewhere(storage, user, agent) for agent in ("chrome", "chrome", "firefox", None, None)] == [
        *(False, False, True, True, False)
    ]


async def test_user_agent_of_an_expired_login_is_known_to_the_next(storage: Storage) -> None:
    user = await stored_user(storage)
    await is_elsewhere(storage, user, "chrome")

    assert not await is_elsewhere(storage, user, "chrome", REFRESH_TTL)


async def announce(storage: Storage, login: Login, state: MessageState) -> Message:
    message = a_message(login.user_id, kind=MessageKind.NEW_SIGN_IN, subject=str(login.id), state=state)
    async with storage.unit_of_work() as tx:
        await tx.messages.add([message])
    return message


@pytest.mark.parametrize("state", MessageState)
async def test_user_agent_is_known_only_if_its_first_login_was_or_will_be_announced(
    storage: Storage, state: MessageState
) -> None:
    user = await stored_user(storage)
    await is_elsewhere(storage, user, "chrome")
    first = await stored_login(storage, user, token_hex(8), agent="curl")
    await announce(storage, first, state)

    assert await is_elsewhere(storage, user, "curl") is (state in {"dropped", "refused", "unknown"})
    assert not await is_elsewhere(storage, user, "chrome")


async def test_active_logins_are_the_own_ones_newest_first(storage: Storage) -> None:
    user = await stored_user(storage)
    older, newer = [
        await stored_login(storage, user, token_hex(8), created_at=NOW + timedelta(minutes=minute), agent="chrome")
        for minute in (0, 1)
    ]
    revoked = await stored_login(storage, user, token_hex(8))
    await stored_login(storage, user, token_hex(8), expires_at=NOW + timedelta(minutes=2))
    await stored_login(storage, await stored_user(storage), token_hex(8))
    await impersonation(storage, user)
    async with storage.unit_of_work() as tx:
        await tx.tokens.revoke(revoked.id, NOW)

    now = NOW + timedelta(minutes=2)
    assert await storage.logins.active(user.id, now, 9) == (newer, older)
    assert await storage.logins.active(user.id, now, 1) == (newer,)


async def test_only_an_own_active_login_is_revoked(storage: Storage) -> None:
    user, other = await stored_user(storage), await stored_user(storage)
    login, theirs = [await stored_login(storage, each, token_hex(8)) for each in (user, other)]
    viewing = await impersonation(storage, user)

    async with storage.unit_of_work() as tx:
        ids = (theirs.id, viewing.id, uuid4(), login.id, login.id)
        assert [await tx.tokens.revoke_own(user.id, each, NOW) for each in ids] == [False, False, False, True, False]


async def test_login_is_found_although_it_is_revoked(storage: Storage) -> None:
    login = await stored_login(storage, await stored_user(storage), token_hex(8), agent="chrome")

    async with storage.unit_of_work() as tx:
        assert await tx.tokens.find(login.id) == login
        assert await tx.tokens.find(uuid4()) is None
        await tx.tokens.revoke(login.id, NOW)
        assert await tx.tokens.find(login.id) == login
