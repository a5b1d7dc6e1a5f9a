from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from builders import a_session, stored_user
from fakes import NOW
from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.catalog import RELEVANCE_WINDOW, CatalogFilters, Ordering
from marketplace.core.domain.pages import Page
from marketplace.core.domain.search import tokens, words
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage

ODD_TITLES = [
    "Rock \u02bcn roll",
    "\u0149",
    'O\'Reilly "quotes" & | ! : * <-> \\',
    "foo@example.org https://example.org/path?query=1",
    "1e5 3.14 -7 10km e2e 2x4 v1.2.3",
    "Straße ŒUVRE Łódź Ærø þorn ĳssel",
    "日本語のヨガ",
    "Йога для всех",
    "योग कक्षा",
    "يوغا للجميع",
    "½ ② Ⅷ ﬁne ㎏",
    "a-b_c.d,e/f",
    "naïve café i̇stanbul İstanbul ΣΊΣΥΦΟΣ",
    "\u02b0\u02b9\u02ba x\u2019y don't",
    "\N{MATHEMATICAL FRAKTUR CAPITAL Y}oga \U00010400\U00010401 \U0001f469\u200d\U0001f3eb yoga",
]


@pytest_asyncio.fixture(loop_scope="module")
async def creator_id(storage: Storage) -> UUID:
    """Return a creator whose sessions a test searches, apart from those of other tests."""
    return (await stored_user(storage, role="creator")).id


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


async def searched(
    storage: Storage,
    creator_id: UUID,
    text: str,
    ordering: Ordering = "relevance",
    *,
    limit: int = 100,
    after: str | None = None,
) -> Page[CatalogSession]:
    filters = CatalogFilters(creator=creator_id, words=tokens(text), ordering=ordering)
    return await storage.catalog.list(filters, limit, after, NOW)


async def found(storage: Storage, creator_id: UUID, text: str, ordering: Ordering = "relevance") -> list[UUID]:
    return [session.id for session in (await searched(storage, creator_id, text, ordering)).items]


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("vinyasa", True),
        ("VINYASA", True),
        ("vin", True),
        ("nyasa", False),
        ("vinyasa flow", True),
        ("flow vinyasa", True),
        ("vinyasa evening", True),
        ("vinyasas", True),
        ("evenings with vinyasa", True),
        ("cafe", True),
        ("CAFÉ", True),
    ],
)
async def test_search_word_matches_whole_by_stem_or_by_prefix(
    storage: Storage, creator_id: UUID, text: str, *, is_found: bool
) -> None:
    (session,) = await stored(
        storage, creator_id, {"title": "Vinyasa Flow", "description": "In the evening, at the café. Not boxes."}
    )
    await stored(storage, creator_id, {"title": "Boxing"})

    results = await found(storage, creator_id, text)

    assert (session.id in results) is is_found


@pytest.mark.parametrize("text", ["bouldring", "bouldderring", "boulderin", "obuldering", "bouldezing", "boulderimg"])
async def test_single_typo_in_unknown_word_is_tolerated(storage: Storage, creator_id: UUID, text: str) -> None:
    (session,) = await stored(storage, creator_id, {"title": "Bouldering"})
    one_typo = text != "bouldderring"

    assert await found(storage, creator_id, text) == ([session.id] if one_typo else [])


async def test_misspelt_word_matches_the_first_known_word_one_typo_away_with_its_initial(
    storage: Storage, creator_id: UUID
) -> None:
    _, first, _ = await stored(storage, creator_id, {"title": "Ainto"}, {"title": "Qanto"}, {"title": "Qonto"})

    page = await searched(storage, creator_id, "qinto")

    assert [each.id for each in page.items] == [first.id]
    assert page.corrected == "qanto"


async def test_word_of_a_description_alone_is_never_guessed(storage: Storage, creator_id: UUID) -> None:
    await stored(storage, creator_id, {"title": "Dinner", "description": "on zwxplates"})

    page = await searched(storage, creator_id, "zwxpilates")

    assert (page.items, page.corrected) == ((), None)


async def test_search_finds_category_tags_and_names_of_the_creator(storage: Storage) -> None:
    creator = await stored_user(storage, role="creator", first_name="Zoë", last_name="O'Quinlan", username="zq_teaches")
    (session,) = await stored(storage, creator.id, {"title": "Knots", "category": "seafaring", "tags": ("rope-work",)})

    for text in ("seafaring", "rope work", "zoe", "quinlan", "teaches"):
        assert await found(storage, creator.id, text) == [session.id], text


async def test_renamed_creator_is_found_by_the_new_name_and_not_by_the_old(storage: Storage) -> None:
    creator = await stored_user(storage, role="creator", last_name="Beforename")
    (session,) = await stored(storage, creator.id, {"title": "Knots"})

    async with storage.unit_of_work() as tx:
        await tx.users.save(replace(creator, last_name="Aftername"))
        await tx.sessions.save(replace(session, description="changed"))

    assert await found(storage, creator.id, "beforename") == []
    assert await found(storage, creator.id, "aftername changed") == [session.id]
    assert await found(storage, creator.id, "aftrname") == [session.id]


@pytest.mark.parametrize(
    ("text", "title"), [("C#", "Xc C#"), ("c++", "Xc C++"), (".net", "Xc .NET"), ("r&b", "Xc R&B")]
)
async def test_symbols_that_make_the_word_count(storage: Storage, creator_id: UUID, text: str, title: str) -> None:
    await stored(
        storage, creator_id, *({"title": each} for each in ("Xc C#", "Xc C++", "Xc .NET", "Xc R&B", "Xc Calm"))
    )

    assert next(each.title for each in (await searched(storage, creator_id, f"xc {text}")).items) == title
    assert {each.title for each in (await searched(storage, creator_id, text)).items} == {title}


async def test_invisible_characters_in_session_and_search_are_ignored(storage: Storage, creator_id: UUID) -> None:
    (session,) = await stored(storage, creator_id, {"title": "Mar\u00adim\u200bba"})

    assert await found(storage, creator_id, "marimba") == [session.id]
    assert await found(storage, creator_id, "ma\u200brim\u00adba") == [session.id]


async def test_search_with_few_matches_goes_on_with_most_words(storage: Storage, creator_id: UUID) -> None:
    titles = ["Fjordkayak", "Fjordkayak tours", "Winterkayak", "Fjordkayak tours in winter", "Tours"]
    one, two, _, three, _ = await stored(storage, creator_id, *({"title": title} for title in titles))

    page = await searched(storage, creator_id, "fjordkayak tours winter")

    assert page.is_relaxed
    assert [each.id for each in page.items] == [three.id, two.id]
    assert [each.id for each in (await searched(storage, creator_id, "fjordkayak")).items] == [three.id, two.id, one.id]


async def test_any_word_is_enough_if_no_session_has_most(storage: Storage, creator_id: UUID) -> None:
    (session,) = await stored(storage, creator_id, {"title": "Glockenspiel"})

    page = await searched(storage, creator_id, "vegan glockenspiel dinner")

    assert page.is_relaxed
    assert [each.id for each in page.items] == [session.id]


async def test_search_that_enough_sessions_match_is_not_relaxed(storage: Storage, creator_id: UUID) -> None:
    await stored(storage, creator_id, {"title": "Zither"}, *[{"title": "Zither duets"}] * 5)

    for limit in (1, 20):
        page = await searched(storage, creator_id, "zither duets", limit=limit)
        assert not page.is_relaxed
        assert len(page.items) == min(limit, 5)


@pytest.mark.parametrize("ordering", ["relevance", "created_at"])
async def test_pages_of_a_relaxed_search_are_relaxed_too(
    storage: Storage, creator_id: UUID, ordering: Ordering
) -> None:
    sessions = await stored(storage, creator_id, {"title": "Theremin duets"}, *[{"title": "Theremin"}] * 3)
    pages = [await searched(storage, creator_id, "theremin duets", ordering, limit=1)]
    while pages[-1].next is not None:
        pages.append(await searched(storage, creator_id, "theremin duets", ordering, limit=1, after=pages[-1].next))

    assert all(page.is_relaxed for page in pages)
    assert next(page.items[0].id for page in pages) == sessions[0].id
    assert {page.items[0].id for page in pages} == {each.id for each in sessions}


async def test_counts_are_those_of_the_relaxed_search(storage: Storage, creator_id: UUID) -> None:
    await stored(storage, creator_id, {"title": "Ocarina duets"}, *[{"title": "Ocarina", "tags": ("clay",)}] * 3)
    filters = CatalogFilters(creator=creator_id, words=("ocarina", "duets"))

    assert (await storage.catalog.facets(filters, NOW)).matches == 4


async def test_stop_words_and_fillers_exclude_nothing(storage: Storage, creator_id: UUID) -> None:
    in_title, other = await stored(storage, creator_id, {"title": "Harmonica lesson"}, {"title": "Harmonica"})

    page = await searched(storage, creator_id, "how to learn the harmonica in lessons")

    assert not page.is_relaxed
    assert [each.id for each in page.items] == [in_title.id, other.id]


async def test_stop_word_alone_is_searched(storage: Storage, creator_id: UUID) -> None:
    (session,) = await stored(storage, creator_id, {"title": "Stephen King's It"})

    assert await found(storage, creator_id, "it") == [session.id]


async def test_whole_word_comes_before_its_stem_and_that_before_a_prefix(storage: Storage, creator_id: UUID) -> None:
    titles = ["Weavers", "Weave", "Weaving"]
    prefix, whole, stem = await stored(storage, creator_id, *({"title": title} for title in titles))

    assert await found(storage, creator_id, "weave") == [whole.id, stem.id, prefix.id]


async def test_known_word_is_never_treated_as_typo(storage: Storage, creator_id: UUID) -> None:
    (one, other) = await stored(storage, creator_id, {"title": "Wrexing"}, {"title": "Wraxing"})

    assert await found(storage, creator_id, "wrexing") == [one.id]
    assert await found(storage, creator_id, "wraxin") == [other.id]


async def test_typos_in_two_words_are_each_tolerated(storage: Storage, creator_id: UUID) -> None:
    (session,) = await stored(storage, creator_id, {"title": "Kundalini", "description": "for zookeepers"})

    assert await found(storage, creator_id, "kundalni zokeepers") == [session.id]


async def test_words_in_the_title_come_before_words_in_the_description_then_the_newest(
    storage: Storage, creator_id: UUID
) -> None:
    texts = [("Tango", "jazz"), ("Jazz tango", ""), ("Tango", "jazz"), ("Nothing", "tango jazz"), ("Jazz", "tango")]
    both_old, title, both_new, neither, newest = await stored(
        storage, creator_id, *({"title": title, "description": description} for title, description in texts)
    )

    assert await found(storage, creator_id, "jazz tango") == [
        title.id,
        newest.id,
        both_new.id,
        both_old.id,
        neither.id,
    ]
    assert await found(storage, creator_id, "jazz tang", ordering="created_at") == [
        each.id for each in (both_old, title, both_new, neither, newest)
    ]


async def test_a_misspelt_word_in_the_title_counts_as_one_in_the_title(storage: Storage, creator_id: UUID) -> None:
    in_title, in_text = await stored(
        storage, creator_id, {"title": "Marquetry"}, {"title": "Wood", "description": "marquetry"}
    )

    assert await found(storage, creator_id, "marquetri") == [in_title.id, in_text.id]


async def test_changed_session_is_found_by_new_words_and_not_by_old(storage: Storage, creator_id: UUID) -> None:
    (session,) = await stored(storage, creator_id, {"title": "Origamix"})
    assert await found(storage, creator_id, "origamix") == [session.id]

    async with storage.unit_of_work() as tx:
        await tx.sessions.save(a_session(id=session.id, creator_id=creator_id, title="Kirigamix", description=""))

    assert await found(storage, creator_id, "origamix") == []
    assert await found(storage, creator_id, "kirigamix") == [session.id]
    assert await found(storage, creator_id, "kirigamx") == [session.id]


@pytest.mark.parametrize("title", ODD_TITLES)
async def test_title_is_found_by_each_whole_word_by_each_prefix_and_by_itself(
    storage: Storage, creator_id: UUID, title: str
) -> None:
    (session,) = await stored(storage, creator_id, {"title": title})

    for text in {title, *words(title), *(word[: len(word) // 2 + 1] for word in words(title))}:
        assert session.id in await found(storage, creator_id, text), text


async def test_a_search_counts_facets_over_its_matches(storage: Storage, creator_id: UUID) -> None:
    await stored(storage, creator_id, {"title": "Pilates", "tags": ("core",)}, {"title": "Karate", "tags": ("dojo",)})

    facets = await storage.catalog.facets(
        CatalogFilters(creator=creator_id, words=("pilat",), ordering="relevance"), NOW
    )

    assert [each.tag for each in facets.tags] == ["core"]


async def test_relevance_ranks_the_newest_matches_of_its_first_page_and_ends_with_them(
    storage: Storage, creator_id: UUID
) -> None:
    in_title, in_text = {"title": "Windowed"}, {"title": "Other", "description": "windowed"}
    _, _, first, *others = await stored(
        storage, creator_id, in_text, in_title, in_title, *[in_text] * (RELEVANCE_WINDOW - 1)
    )
    filters = CatalogFilters(creator=creator_id, words=("windowed",), ordering="relevance")

    pages = [await storage.catalog.list(filters, 1, None, NOW)]
    async with storage.unit_of_work() as tx:
        for changes in (in_text, in_title):
            newer = {"created_at": NOW + timedelta(days=9), **changes}
            await tx.sessions.add(a_session(creator_id=creator_id, **newer))
    while (after := pages[-1].next) is not None:
        pages.append(await storage.catalog.list(filters, 700, after, NOW))

    assert [session.id for page in pages for session in page.items] == [
        first.id,
        *(session.id for session in reversed(others)),
    ]
    assert {page.is_bounded for page in pages} == {True}
