from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from builders import a_session, stored_user
from fakes import NOW
from marketplace.core.domain.search import tokens
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.suggestions import MAX_TITLES, Suggestions
from marketplace.core.ports.storage import Storage


async def stored(storage: Storage, creator_id: UUID, *changes: dict[str, Any]) -> list[Session]:
    """Store sessions, each newer than the one before."""
    sessions = [
        a_session(creator_id=creator_id, created_at=NOW + timedelta(minutes=minute), **{"description": ""} | each)
        for minute, each in enumerate(changes)
    ]
    async with storage.unit_of_work() as tx:
        for session in sessions:
            await tx.sessions.add(session)
    return sessions


async def suggested(storage: Storage, text: str) -> Suggestions:
    return await storage.catalog.suggest(tokens(text))


async def test_titles_that_begin_as_typed_come_before_titles_with_the_words(storage: Storage) -> None:
    creator = await stored_user(storage, role="creator")
    titles = ["Basics of quiltmaking", "Quiltmaking by night", "Quiltmaking at noon"]
    with_word, second, first = await stored(storage, creator.id, *({"title": title} for title in titles))

    found = await suggested(storage, "quiltm")

    assert [each.id for each in found.titles] == [first.id, second.id, with_word.id]
    assert [each.title for each in found.titles] == [first.title, second.title, with_word.title]


async def test_creator_is_suggested_by_the_beginning_of_a_name_and_not_by_e_mail(storage: Storage) -> None:
    creator = await stored_user(storage, role="creator", first_name="Zoë", last_name="Xanthos", email="qwfp@x.example")
    await stored(storage, creator.id, {"title": "Rugs"}, {"title": "Carpets"})

    assert [each.id for each in (await suggested(storage, "xanth zoe")).people] == [creator.id]
    assert (await suggested(storage, "qwfp")).people == ()


@pytest.mark.parametrize("change", [{"status": "inactive"}, {"archived_at": NOW}, {"hidden_at": NOW}])
async def test_unlisted_session_is_not_suggested(storage: Storage, change: dict[str, Any]) -> None:
    creator = await stored_user(storage, role="creator", last_name="Unlistedperson")
    await stored(storage, creator.id, {"title": "Unlistedthing"} | change)

    assert await suggested(storage, "unlisted") == Suggestions()


async def test_few_titles_are_suggested_each_once(storage: Storage) -> None:
    creator = await stored_user(storage, role="creator")
    titles = ["Origamicranes", "Origamicranes", *(f"Origamicranes {number}" for number in range(9))]
    await stored(storage, creator.id, *({"title": title} for title in titles))

    found = await suggested(storage, "origamicr")

    assert len(found.titles) == len({each.title for each in found.titles}) == MAX_TITLES


async def test_description_is_not_suggested(storage: Storage) -> None:
    creator = await stored_user(storage, role="creator")
    await stored(storage, creator.id, {"title": "Nothing", "description": "zephyrword"})

    assert await suggested(storage, "zephyr") == Suggestions()


@pytest.mark.parametrize(
    ("text", "title"), [("c#", "C# zq"), ("C++", "C++ zq"), (".net", ".NET zq"), (".n", ".NET zq")]
)
async def test_symbol_of_a_word_is_not_left_out_at_the_beginning_of_titles(
    storage: Storage, text: str, title: str
) -> None:
    creator = await stored_user(storage, role="creator")
    titles = ["C# zq", "C++ zq", ".NET zq", "C zq", "Calm zq", "Netball zq"]
    await stored(storage, creator.id, *({"title": each} for each in titles))

    assert [each.title for each in (await suggested(storage, text)).titles if each.title in titles] == [title]


@pytest.mark.parametrize("text", ["q", "'", "& | !", "日", "c#", "x" * 200])
async def test_any_text_has_suggestions(storage: Storage, text: str) -> None:
    typed = tokens(text)

    assert not typed or isinstance(await storage.catalog.suggest(typed), Suggestions)
