"""A new key of the installation ends nothing that an older, still listed one has signed."""

from dataclasses import replace
from uuid import UUID

import pytest

from builders import a_message
from http_api import KEYS, SECRET_KEY, SETTINGS, Api, open_api, problem
from marketplace.adapters.security.secret_keys import SecretKeys
from marketplace.adapters.security.unsubscribe_tokens import HmacUnsubscribeTokens
from marketplace.core.domain.messages import MessageKind

NEW = "another-key-that-the-operator-has-put-in-front"


async def next_page_of(api: Api) -> str:
    creator = await api.creator()
    for _ in range(2):
        await api.session(creator)
    return (await api.visitor.get("/api/sessions/?limit=1")).links["next"]["url"]


@pytest.mark.parametrize(("keys", "is_taken"), [(f"{NEW} {SECRET_KEY}", True), (NEW, False)])
async def test_cursor_is_taken_while_its_key_is_listed(keys: str, is_taken: bool) -> None:  # noqa: FBT001 - a column
    async with open_api(SETTINGS) as api:
        following = await next_page_of(api)
    async with open_api(replace(SETTINGS, secret_key=keys)) as api:
        response = await api.visitor.get(following)
        own = await next_page_of(api)
        assert (await api.visitor.get(own)).status_code == 200

    assert is_taken or problem(response, 400, "invalid")["errors"].keys() == {"cursor"}
    assert response.status_code == (200 if is_taken else 400)


def test_link_to_unsubscribe_is_taken_while_its_key_is_listed() -> None:
    message = a_message(UUID(int=1), kind=MessageKind.REMINDER_DAY)
    old, both, new = (HmacUnsubscribeTokens(each) for each in (KEYS, SecretKeys((NEW, *KEYS.all)), SecretKeys((NEW,))))

    assert both.read(old.sign(message)) == (message.user_id, message.kind)
    assert new.read(both.sign(message)) == (message.user_id, message.kind)
    assert new.read(old.sign(message)) is None
    assert old.read(both.sign(message)) is None
