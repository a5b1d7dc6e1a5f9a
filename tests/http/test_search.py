from urllib.parse import unquote

import pytest

from http_api import Api, bad_fields

SESSIONS, SUGGEST = "/api/sessions/", "/api/sessions/suggest/"
RELAXED, CORRECTED = "X-Search-Relaxed", "X-Search-Corrected"


async def test_search_of_most_words_says_so(api: Api) -> None:
    creator = await api.creator()
    for title in ("Theremin duets", "Theremin"):
        await api.session(creator, title=title)

    relaxed = await api.visitor.get(SESSIONS, search="theremin duets", limit=1)
    following = await api.visitor.get(relaxed.headers["Link"].split(">")[0].removeprefix("<"))
    whole = await api.visitor.get(SESSIONS, search="theremin")

    assert [each["title"] for each in (*relaxed.json(), *following.json())] == ["Theremin duets", "Theremin"]
    assert [each.headers.get(RELAXED) for each in (relaxed, following, whole)] == ["true", "true", None]


async def test_corrected_search_says_what_was_searched_percent_encoded(api: Api) -> None:
    creator = await api.creator()
    await api.session(creator, title="Йога C#")

    response = await api.visitor.get(SESSIONS, search="Йоша c#")

    assert [each["title"] for each in response.json()] == ["Йога C#"]
    assert response.headers[CORRECTED].isascii()
    assert unquote(response.headers[CORRECTED]) == "иога c#"
    assert CORRECTED not in (await api.visitor.get(SESSIONS, search="йога")).headers


async def test_search_that_nothing_resembles_is_empty_and_neither_relaxed_nor_corrected(api: Api) -> None:
    response = await api.visitor.get(SESSIONS, search="qqqqqq wwwwww")

    assert response.json() == []
    assert {RELAXED, CORRECTED}.isdisjoint(response.headers)


async def test_suggestions_are_categories_people_and_titles(api: Api) -> None:
    creator = await api.creator()
    session = await api.session(creator, title="Music boxes by hand", category="music")

    found = (await api.visitor.get(SUGGEST, q="mus")).json()

    assert found == {"categories": ["music"], "people": [], "titles": [{"id": str(session.id), "title": session.title}]}


async def test_suggestions_have_public_details_of_creators_only(api: Api) -> None:
    creator = await api.creator()
    await api.session(creator, title="Rugs")
    user = (await api.visitor.get(SESSIONS)).json()[0]["creator_details"]

    found = (await api.visitor.get(SUGGEST, q=user["username"])).json()

    assert found["people"] == [user]


@pytest.mark.parametrize("text", ["!", "...", "a b c d e f g h i j k l m n o"])
async def test_typed_text_is_never_wrong_for_its_words(api: Api, text: str) -> None:
    response = await api.visitor.get(SUGGEST, q=text)

    assert response.status_code == 200
    assert response.json() == {"categories": [], "people": [], "titles": []}


async def test_nothing_typed_has_no_suggestions(api: Api) -> None:
    for response in (await api.visitor.get(SUGGEST), await api.visitor.get(SUGGEST, q="")):
        assert response.json() == {"categories": [], "people": [], "titles": []}


@pytest.mark.parametrize(("path", "name"), [(SESSIONS, "search"), (SUGGEST, "q")])
async def test_search_of_500_words_is_refused_with_a_sentence(api: Api, path: str, name: str) -> None:
    response = await api.visitor.get(path, **{name: "word " * 500})

    assert response.status_code == 400
    assert name in bad_fields(response)
