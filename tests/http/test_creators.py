"""Creators over HTTP: their page, and what they say about themselves."""

from urllib.parse import quote

import pytest

from builders import stored_booking
from fakes import NOW
from http_api import Api, Person, as_json, bad_fields, problem

PROFILE = "/api/auth/profile/"
ABOUT = {"bio": "I bake.\n\nSince 2009.", "languages": ["it", "pt-br"]}


def page_of(username: str) -> str:
    return f"/api/creators/{quote(username, safe='')}/"


async def test_visitor_reads_the_page_of_a_creator(api: Api) -> None:
    creator = await api.creator(username="Élena+b@x", first_name="Elena", last_name="Marchetti")
    await creator.patch(PROFILE, ABOUT)
    session = await api.session(creator)
    await stored_booking(api.storage, session, status="completed")

    for username in ("Élena+b@x", "élena+B@X"):
        assert (await api.visitor.get(page_of(username))).json() == {
            "id": str(creator.id),
            "username": "Élena+b@x",
            "role": "creator",
            "avatar": None,
            "first_name": "Elena",
            "last_name": "Marchetti",
            "bio": "I bake.\n\nSince 2009.",
            "languages": ["it", "pt-BR"],
            "date_joined": as_json(NOW),
            "people_taught": 1,
            "is_bounded": False,
            "rating": {"average": None, "count": 0},
        }


async def test_learners_and_deactivated_and_unknown_creators_have_no_page(api: Api) -> None:
    learner, creator = await api.person(), await api.creator()
    await api.deactivate(creator)

    for username in (learner.user.username, creator.user.username, "nil", "x" * 151, "no such"):
        problem(await api.visitor.get(page_of(username)), 404, "not_found")


async def test_page_has_an_entity_tag_and_shows_a_change_at_once(api: Api) -> None:
    creator = await api.creator()
    path = page_of(creator.user.username)
    first = await api.visitor.get(path)
    unchanged = await api.visitor.send("GET", path, headers={"If-None-Match": first.headers["etag"]})
    assert unchanged.status_code == 304

    await creator.patch(PROFILE, ABOUT)

    changed = await api.visitor.send("GET", path, headers={"If-None-Match": first.headers["etag"]})
    assert changed.json()["bio"] == ABOUT["bio"]


async def about(person: Person) -> tuple[str, list[str]]:
    profile = (await person.get(PROFILE)).json()
    return profile["bio"], profile["languages"]


async def test_profile_has_bio_and_languages_which_a_put_without_them_keeps(api: Api) -> None:
    person = await api.person()
    assert await about(person) == ("", [])

    changed = await person.patch(PROFILE, {"bio": "  I bake. ", "languages": ["PT-br", "it", "pt-BR"]})

    assert (changed.json()["bio"], changed.json()["languages"]) == ("I bake.", ["pt-BR", "it"])
    await person.put(PROFILE, {"username": person.user.username})
    assert await about(person) == ("I bake.", ["pt-BR", "it"])


async def test_bio_of_invisible_characters_is_empty(api: Api) -> None:
    person = await api.person(bio="I bake.")

    assert (await person.patch(PROFILE, {"bio": " \u200b\u2800\n\u00ad "})).json()["bio"] == ""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("bio", "x" * 2001),
        ("bio", "nul\x00"),
        ("bio", None),
        ("bio", ["I bake."]),
        ("languages", ["qq"]),
        ("languages", ["english"]),
        ("languages", ["en", ""]),
        ("languages", [None]),
        ("languages", "en"),
        ("languages", None),
        ("languages", ["ar", "de", "en", "es", "fr", "it", "ja", "ko", "pl", "pt", "zh"]),
    ],
)
async def test_bad_bio_or_languages_are_refused_by_field(api: Api, field: str, value: object) -> None:
    person = await api.person()

    assert bad_fields(await person.patch(PROFILE, {field: value})) == {field}
    assert await about(person) == ("", [])


async def test_longest_bio_and_most_languages_are_kept(api: Api) -> None:
    person, languages = await api.person(), ["ar", "de", "en", "es", "fr", "it", "ja", "ko", "pl", "pt"]

    await person.patch(PROFILE, {"bio": "x" * 2000, "languages": languages})

    assert await about(person) == ("x" * 2000, languages)


async def test_staff_change_bio_and_languages_and_the_audit_log_says_so(api: Api) -> None:
    staff, creator = await api.person(is_staff=True), await api.creator(bio="Call me: 0123", languages=("en",))
    path = f"/api/admin/users/{creator.id}/"
    assert (await staff.get(path)).json()["bio"] == "Call me: 0123"

    changed = await staff.patch(path, {"bio": "", "languages": ["en", "it"], "reason": "A telephone number."})

    assert (changed.json()["bio"], changed.json()["languages"]) == ("", ["en", "it"])
    entry = (await staff.get(path)).json()["log"][0]
    assert entry["before"] == {"bio": "Call me: 0123", "languages": ["en"]}
    assert entry["after"] == {"bio": "", "languages": ["en", "it"]}
    assert bad_fields(await staff.patch(path, {"bio": "x" * 2001, "languages": ["qq"]})) == {"bio", "languages"}
